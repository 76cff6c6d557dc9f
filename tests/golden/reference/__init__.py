"""Models and optimisers in PyTorch, written from the papers' formulas; nothing comes from core.

A row of a family is one class or function in a table here (its settings are keyword arguments whose
defaults are those of its paper) and one line in cases.py.
"""
