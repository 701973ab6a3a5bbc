/*
 * report_page.h - the style and the script of the page, and the policy that
 * lets in nothing else.
 */
#ifndef QUERY_REPORT_PAGE_H
#define QUERY_REPORT_PAGE_H

#include <stdio.h>

/* The elements of <head> that make the page one file that fetches nothing. */
void report_page_head(FILE *out);

/* The script, for the end of <body>. */
void report_page_script(FILE *out);

#endif
