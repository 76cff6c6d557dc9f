/* The WebAssembly module. Its exports are the functions of sinklab.h, malloc and free; it imports
 * nothing that the engine calls. What the page needs besides is here. */
#include "../include/sinklab.h"

/* For the loader: addresses are 32 bits wide. */
SL_API int sl_wasm_pointer_size(void) { return (int)sizeof(void *); }
