/** The choice of arithmetic, at the end of the drawer: it is about this browser, not about the
 * experiment, so it is no setting of the run. */
import { ARITHMETICS } from '../engine/arithmetic.js';
import { t } from '../strings/index.js';
import { h, setText } from '../ui/dom.js';
import { helpButton } from './popover.js';

/** @param {import('../app.js').App} app @returns {{el: HTMLElement, update: () => void}} */
export function arithmeticControl(app) {
  const { lacks } = app.engines.choose('fma');
  const field = h('select', { id: 'arithmetic', onchange: () => app.setView({ arithmetic: /** @type {any} */ (field.value) }) },
    ARITHMETICS.map((name) => h('option', { value: name, disabled: name === 'fma' && lacks !== '',
      title: name === 'fma' && lacks ? t(`arithmetic_lacks_${lacks}`) : null }, t(`arithmetic_${name}`))));
  const used = h('p', { class: 'fine', id: 'arithmetic-used' });
  const help = () => [h('p', null, t('arithmetic_help')),
    h('dl', { class: 'choices' }, ARITHMETICS.flatMap((name) => [h('dt', null, t(`arithmetic_${name}`)),
      h('dd', null, t(`arithmetic_${name}_help`),
        name === 'fma' && lacks ? h('span', { class: 'why' }, ` ${t(`arithmetic_lacks_${lacks}`)}`) : null)]))];
  const el = h('details', { class: 'section', open: true }, h('summary', null, t('arithmetic_place')),
    h('div', { class: 'section-controls' },
      h('div', { class: 'control kind-pick depth-0' },
        h('span', { class: 'control-head' }, h('label', { for: 'arithmetic' }, t('arithmetic')),
          helpButton(t('arithmetic'), help)),
        h('span', { class: 'field' }, field), used)));
  return {
    el,
    update: () => {
      field.value = app.view.arithmetic;
      const { arithmetic } = app.run;
      setText(used, arithmetic && t('arithmetic_used', { name: t(`arithmetic_name_${arithmetic}`) }));
    },
  };
}
