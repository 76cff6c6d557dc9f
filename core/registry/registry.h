/* Everything a configuration can say, as JSON for the page and as Markdown for the documentation. */
#ifndef SL_REGISTRY_H
#define SL_REGISTRY_H

#include "../base/text.h"
#include "../probe/probe.h"

/* {"abi":1,"hash":"…","config":{section},"families":{id:{"id","label","help","rows":[{"id","label","help",
 * "paper","params":[…]}]}},"inputs":[{"id","label","help"}],"probes":[{…,"kind","shape":["L","2"],
 * "names"?:["one","other"],"over"?:"its measured one"}]}; a param is {"key","label","help","unit"?,"type","scale"?,"default","min"?,"max"?,"options"?,"family"?,"section"?}. */
void sl_registry_write_json(sl_text *out);
void sl_registry_write_markdown(sl_text *out);

/* What the places on one axis of a probe are called. */
typedef struct sl_probe_names {
  int axis;  /* the last that is a digit above 1, or -1 */
  int count; /* of its places, or 0 */
  struct {
    const char *text;
    int length;
  } at[9];
} sl_probe_names;
sl_probe_names sl_registry_probe_names(const sl_probe_type *p);

#endif
