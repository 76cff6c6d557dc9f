/* The WebAssembly module: its exports are the functions of sinklab.h, malloc and free, and it
 * imports nothing. */
#include <stddef.h>

/* Emscripten calls this when memory has grown and would import it from the page; the page needs no
 * word of it, as it looks at memory.buffer itself. */
void emscripten_notify_memory_growth(size_t index);
void emscripten_notify_memory_growth(size_t index) { (void)index; }
