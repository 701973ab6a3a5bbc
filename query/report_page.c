#include "query/report_page.h"

#include "report_page.inc"

static void put(FILE *out, const char *const *lines)
{
	for (; *lines; lines++)
		fputs(*lines, out);
}

void report_page_head(FILE *out)
{
	fprintf(out,
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src '%s'; "
		"script-src '%s'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n",
		css_hash, js_hash);
	fputs("<style>", out);
	put(out, css_lines);
	fputs("</style>\n", out);
}

void report_page_script(FILE *out)
{
	fputs("<script>", out);
	put(out, js_lines);
	fputs("</script>\n", out);
}
