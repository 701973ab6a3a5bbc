/*
 * xml.h - the tags and the text of an XML file, one after the other.
 *
 * Enough for what Windows writes: elements, attributes, the five named
 * entities and numbers.  Declarations, comments and instructions are passed
 * over.  Nothing is held open and nothing is expanded, so that a hostile file
 * can be no worse than long.
 */
#ifndef DUMP_XML_H
#define DUMP_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "signatures/base/arena.h"

enum xml_kind {
	XML_END,
	XML_OPEN,
	XML_CLOSE,
	XML_TEXT
};

/* Borrows the text that is read. */
struct xml_token {
	enum xml_kind kind;
	const char *at; /* the text, or the name without a prefix */
	size_t size;
	const char *attributes; /* of an opening tag */
	size_t attributes_size;
	bool is_empty; /* <name/>: no closing tag follows */
};

/* Take the next token off the front of *at. */
struct xml_token xml_next(const char **at);

/* Is it this name, whatever its case? */
bool xml_is(const struct xml_token *token, const char *name);

/* The value of an attribute of an opening tag; NULL if it has none such. */
const char *xml_attribute(const struct xml_token *tag, const char *name,
			  struct arena *arena);

/* The text of a token, entities replaced. */
const char *xml_text(const struct xml_token *token, struct arena *arena);

#endif
