/* Own double-precision elementary functions: libm differs between C libraries, and initial weights,
 * rotary tables and schedules must have the same bits everywhere. Relative error below 1e-14 over
 * the ranges named. Only + - * / sqrt and integer operations, each rounded once. */
#ifndef SL_MATH_H
#define SL_MATH_H

double sl_exp(double x);           /* any x; 0 below -745, inf above 709.7 */
double sl_log(double x);           /* x > 0 normal */
double sl_sin(double x);           /* |x| <= 1e5 */
double sl_cos(double x);           /* |x| <= 1e5 */
double sl_pow(double a, double b); /* a > 0: exp(b log a), error grows with |b log a| */
double sl_sqrt(double x);          /* correctly rounded */

#endif
