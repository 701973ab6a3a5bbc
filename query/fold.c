#include "query/fold.h"

#include <string.h>

#include "query/table.h"

void fold_put(FILE *out, const char *text, size_t columns, size_t at,
	      size_t hang)
{
	bool is_first = true;

	if (!columns) {
		fputs(text, out);
		return;
	}
	while (*text) {
		const size_t blanks = strspn(text, " ");
		const size_t bytes = blanks + strcspn(text + blanks, " ");
		size_t width = table_width_of(text, bytes);
		size_t skipped = 0;

		if (!is_first && at + width > columns) {
			fprintf(out, "\n%*s", (int)hang, "");
			at = hang;
			skipped = blanks;
		}
		fprintf(out, "%.*s", (int)(bytes - skipped), text + skipped);
		at += width - skipped;
		text += bytes;
		is_first = false;
	}
}
