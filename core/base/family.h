/* Expands a .def file of SL_ROW(id) lines into a family's table. Use, in the family's .c file:
 *
 *   #define SL_ROW(id) SL_ROW_EXTERN(sl_norm_type, sl_norm, id)
 *   #include "norm/norm.def"
 *   #undef SL_ROW
 *   static const sl_desc *const rows[] = {
 *   #define SL_ROW(id) SL_ROW_ENTRY(sl_norm, id)
 *   #include "norm/norm.def"
 *   #undef SL_ROW
 *   };
 *   const sl_family sl_norm_family = {..., rows, sizeof rows / sizeof *rows};
 */
#ifndef SL_FAMILY_H
#define SL_FAMILY_H

#define SL_ROW_EXTERN(type, prefix, id) extern const type prefix##_##id;
#define SL_ROW_ENTRY(prefix, id) &prefix##_##id.desc,

#endif
