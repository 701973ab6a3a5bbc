#include "query/html.h"

#include <inttypes.h>
#include <stdarg.h>

#include "query/table_html.h"
#include "signatures/base/text.h"

void html_put(struct html *html, const char *markup, ...)
{
	va_list args;

	va_start(args, markup);
	for (; *markup; markup++) {
		if (*markup != '%') {
			fputc(*markup, html->out);
			continue;
		}
		if (*++markup == 's') {
			const char *text = va_arg(args, const char *);

			if (text)
				table_html_escape(html->out, html->arena, text);
		} else {
			fputc('%', html->out);
		}
	}
	va_end(args);
}

const char *html_count(struct html *html, uint64_t n)
{
	return text_printf(html->arena, "%" PRIu64, n);
}

void html_table(struct html *html, const char *id, const char *caption,
		const struct html_column *columns, size_t count)
{
	html_put(html,
		 "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		 "aria-labelledby=\"%s-caption\">\n"
		 "<table class=\"rows\" id=\"%s\">\n"
		 "<caption id=\"%s-caption\">%s</caption>\n<thead><tr>",
		 id, id, id, caption);
	for (size_t i = 0; i < count; i++) {
		html_put(html, "<th scope=\"col\"");
		if (columns[i].number)
			html_put(html, " class=\"n\"");
		if (columns[i].aim)
			html_put(html, " title=\"%s\"", columns[i].aim);
		html_put(html, ">%s</th>", columns[i].title);
	}
	html_put(html, "</tr></thead>\n<tbody>\n");
}

void html_table_end(struct html *html)
{
	html_put(html, "</tbody></table></div>\n");
}
