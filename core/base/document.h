/* What a window's document numbers mean besides 0, 1, …: data writes them, attention reads them. */
#ifndef SL_DOCUMENT_H
#define SL_DOCUMENT_H

/* A token that every document may see (a pinned BOS): only at the window's front. */
#define SL_DOCUMENT_SHARED (-1)
/* Behind the last document of a window that is not full: seen by no document. */
#define SL_DOCUMENT_PADDING (-2)

#endif
