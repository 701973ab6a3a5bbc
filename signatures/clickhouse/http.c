#include "signatures/clickhouse/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/library.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

/*
 * wait_end_of_query holds the answer back until it is whole.  A row goes to its
 * shard before the server says that it has it, not some time later.  A question
 * may name so many crashes that it is long.
 */
#define SETTINGS                                                               \
	"wait_end_of_query=1&insert_distributed_sync=1&max_query_size="        \
	"16777216&max_ast_elements=500000"

enum {
	CONNECT_SECONDS = 10,
	MESSAGE_BYTES = 200, /* of what the server complains of */
};

/* What we call, by curl.h's own types; see library.h. */
#define LIBRARY "libcurl.so.4"
#define CALLS(X)                                                               \
	X(easy_cleanup)                                                        \
	X(easy_escape)                                                         \
	X(easy_getinfo)                                                        \
	X(easy_init)                                                           \
	X(easy_perform)                                                        \
	X(easy_setopt)                                                         \
	X(easy_strerror)                                                       \
	X(free)                                                                \
	X(global_init)                                                         \
	X(slist_append)                                                        \
	X(slist_free_all)

#define POINTER(name) __typeof__(curl_##name) *name;
#define SYMBOL(name) { "curl_" #name, &curl.name },

static struct {
	CALLS(POINTER)
} curl;

static const struct library_symbol symbols[] = { CALLS(SYMBOL) };

struct http {
	const struct address *address;
	size_t host; /* that answered last */
	CURL *curl;
	struct curl_slist *headers;
	struct http_answer answer;
	size_t room;
	char problem[CURL_ERROR_SIZE];
};

static size_t take(char *data, size_t one, size_t count, void *closure)
{
	struct http *http = closure;
	struct http_answer *answer = &http->answer;
	const size_t size = one * count;

	if (size > http->room - answer->size) {
		http->room = 2 * (answer->size + size);
		answer->data = must(realloc(answer->data, http->room));
	}
	memcpy(answer->data + answer->size, data, size);
	answer->size += size;
	return size;
}

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_IO, "clickhouse: out of memory");
}

enum status http_open(const struct address *address, struct http **ret,
		      struct error *err)
{
	const size_t count = sizeof(symbols) / sizeof(symbols[0]);

	if (library_load(LIBRARY, symbols, count, err))
		return error_within(err, "clickhouse");

	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		return no_memory(err);
	http->address = address;
	curl.global_init(CURL_GLOBAL_DEFAULT);
	http->curl = curl.easy_init();
	/* Or a body above a kilobyte waits for leave to be sent. */
	http->headers = curl.slist_append(NULL, "Expect:");
	if (!http->curl || !http->headers) {
		http_close(http);
		return no_memory(err);
	}
	curl.easy_setopt(http->curl, CURLOPT_PROTOCOLS_STR, "http");
	curl.easy_setopt(http->curl, CURLOPT_PROXY, "");
	curl.easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
	curl.easy_setopt(http->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl.easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT,
			 (long)CONNECT_SECONDS);
	curl.easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
	curl.easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->problem);
	curl.easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, take);
	curl.easy_setopt(http->curl, CURLOPT_WRITEDATA, http);
	if (address->user)
		curl.easy_setopt(http->curl, CURLOPT_USERNAME, address->user);
	if (address->password)
		curl.easy_setopt(http->curl, CURLOPT_PASSWORD,
				 address->password);
	*ret = http;
	return STATUS_OK;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	curl.slist_free_all(http->headers);
	curl.easy_cleanup(http->curl);
	free(http->answer.data);
	free(http);
}

void http_answer_free(struct http_answer *answer)
{
	free(answer->data);
	*answer = (struct http_answer){ NULL, 0 };
}

/* "Code: 60, e.displayText() = DB::Exception: Table d.c doesn't exist., ..." */
static enum status complain(const struct http *http, const char *host,
			    long code, struct error *err)
{
	static const char before[] = "DB::Exception: ";
	static const char after[] = ", e.what()";
	struct arena arena;

	arena_init(&arena);

	const struct bytes raw = bytes_of(http->answer.data, http->answer.size);
	char *text = text_from_bytes(&arena, raw);
	char *begin = strstr(text, before);
	char *end = strstr(text, after);

	if (end)
		*end = '\0';
	text = begin ? begin + strlen(before) : text;
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	error_set(err, STATUS_STORE, "clickhouse: %s: %ld: %.*s", host, code,
		  MESSAGE_BYTES, text);
	arena_deinit(&arena);
	return err->status;
}

/* sql is the body, or rows are and sql goes into the URL. */
static enum status ask_host(struct http *http, const char *host,
			    const char *sql, const struct bytes *rows,
			    bool *is_reached, struct error *err)
{
	struct arena arena;
	CURLcode failed;
	long code = 0;

	arena_init(&arena);
	http->answer.size = 0;
	http->problem[0] = '\0';
	if (rows) {
		char *query = curl.easy_escape(http->curl, sql, 0);

		if (!query)
			must_end();
		curl.easy_setopt(http->curl, CURLOPT_URL,
				 text_printf(&arena,
					     "http://%s/?" SETTINGS "&query=%s",
					     host, query));
		curl.free(query);
	} else {
		curl.easy_setopt(
			http->curl, CURLOPT_URL,
			text_printf(&arena, "http://%s/?" SETTINGS, host));
	}
	curl.easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 rows ? (curl_off_t)bytes_left(rows)
			      : (curl_off_t)strlen(sql));
	curl.easy_setopt(http->curl, CURLOPT_POSTFIELDS,
			 rows ? (const char *)rows->next : sql);
	failed = curl.easy_perform(http->curl);
	arena_deinit(&arena);
	*is_reached = failed == CURLE_OK;
	if (failed)
		return error_set(err, STATUS_IO, "clickhouse: %s: %s", host,
				 *http->problem ? http->problem
						: curl.easy_strerror(failed));
	curl.easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &code);
	if (code != 200)
		return complain(http, host, code, err);
	return STATUS_OK;
}

static enum status ask_any(struct http *http, const char *sql,
			   const struct bytes *rows, struct error *err)
{
	const size_t count = http->address->host_count;

	for (size_t i = 0; i < count; i++) {
		bool is_reached;
		const enum status status =
			ask_host(http, http->address->hosts[http->host], sql,
				 rows, &is_reached, err);

		if (is_reached)
			return status;
		http->host = (http->host + 1) % count;
	}
	return err->status;
}

static void hand_over(struct http *http, struct http_answer *ret)
{
	*ret = http->answer;
	http->answer = (struct http_answer){ NULL, 0 };
	http->room = 0;
}

enum status http_ask(struct http *http, const char *sql,
		     struct http_answer *ret, struct error *err)
{
	if (ask_any(http, sql, NULL, err))
		return err->status;
	hand_over(http, ret);
	return STATUS_OK;
}

enum status http_insert(struct http *http, const char *sql, struct bytes rows,
			struct error *err)
{
	return ask_any(http, sql, &rows, err);
}

enum status http_ask_host(struct http *http, size_t host, const char *sql,
			  struct http_answer *ret, struct error *err)
{
	bool is_reached;

	if (ask_host(http, http->address->hosts[host], sql, NULL, &is_reached,
		     err))
		return err->status;
	hand_over(http, ret);
	return STATUS_OK;
}
