/* Everything a configuration can say, as JSON for the page and as Markdown for the documentation. */
#ifndef SL_REGISTRY_H
#define SL_REGISTRY_H

#include "../base/text.h"

/* {"abi":1,"hash":"…","config":{section},"families":{id:{"id","label","help","rows":[{"id","label","help",
 * "paper","params":[…]}]}},"inputs":[{"id","label","help"}],"probes":[{…,"kind","shape":["L","H"]}]}; a
 * param is {"key","label","help","unit"?,"type","scale"?,"default","min"?,"max"?,"options"?,"family"?,"section"?}. */
void sl_registry_write_json(sl_text *out);
void sl_registry_write_markdown(sl_text *out);

#endif
