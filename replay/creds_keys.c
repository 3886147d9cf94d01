/* creds_keys.c - see creds_keys.h. */
#include "replay/creds_keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum { WORDS_MOST = 64, ANSWER_MOST = 64 << 10, BLOCK_N = 4096, WAIT_MS = 60000 };

extern char **environ;

int creds_keys_read(struct creds_keys *out, struct arena *a, const char *name, struct span text,
                    struct err *e)
{
    struct json_doc *doc;
    struct err secret_bearing = {0};
    int rc = -1;
    if (json_open(&doc, name, text, &secret_bearing) != 0)
        return err_set(e, ERR_INPUT, "%s: what it gives is not JSON", name);
    const struct json root = json_root(doc);
    const struct json id = json_member(&root, "AccessKeyId");
    const struct json secret = json_member(&root, "SecretAccessKey");
    struct json token = json_member(&root, "SessionToken");
    if (!json_is_present(&token))
        token = json_member(&root, "Token");
    const struct json version = json_member(&root, "Version");
    if (json_is_present(&version) && json_integer(&version, 0) != 1) {
        err_set(e, ERR_INPUT, "%s: gives keys of a version that is not 1", name);
    } else if (json_text(&id).n == 0 || json_text(&secret).n == 0) {
        err_set(e, ERR_INPUT, "%s: gives no AccessKeyId or no SecretAccessKey", name);
    } else {
        out->access_key = arena_copy(a, json_text(&id));
        out->secret = arena_copy(a, json_text(&secret));
        out->token = arena_copy(a, json_text(&token));
        rc = 0;
    }
    json_close(doc);
    return rc;
}

/* Take ${command} apart into ${words}, NULL behind the last: how many, or -1 when a quote does not
   close or there are too many. */
static int split(char *words[WORDS_MOST + 1], struct arena *a, struct span command)
{
    int n = 0;
    size_t i = 0;
    for (;;) {
        while (i < command.n && strchr(" \t", command.p[i]) != NULL && command.p[i] != '\0')
            i++;
        if (i == command.n)
            break;
        if (n == WORDS_MOST)
            return -1;
        char *at = ARENA_NEW(a, char, command.n - i + 1);
        words[n++] = at;
        char quote = '\0';
        for (; i < command.n; i++) {
            const char c = command.p[i];
            if (quote == '\0' && (c == ' ' || c == '\t'))
                break;
            if (quote == '\0' && (c == '"' || c == '\''))
                quote = c;
            else if (c == quote)
                quote = '\0';
            else if (c == '\\' && quote != '\'' && i + 1 < command.n)
                *at++ = command.p[++i];
            else
                *at++ = c;
        }
        if (quote != '\0')
            return -1;
    }
    words[n] = NULL;
    return n;
}

/* Read all that comes from ${fd} within the time: false when it is too long or too late. */
static bool read_answer(struct buf *out, int fd)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = poll(&p, 1, WAIT_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || !buf_fits(out, BLOCK_N))
            return false;
        ssize_t got = read(fd, buf_need(out, BLOCK_N), BLOCK_N);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        out->n += (size_t)got;
    }
}

int creds_keys_run(struct creds_keys *out, struct arena *a, const char *name, struct span command,
                   struct err *e)
{
    char *words[WORDS_MOST + 1];
    if (split(words, a, command) < 1)
        return err_set(e, ERR_INPUT, "%s: its credential_process is no command", name);
    int pipe_fds[2];
    if (pipe(pipe_fds) != 0)
        return err_sys(e, ERR_WORK, "%s: its credential_process cannot be started", name);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_fds[0]);
    posix_spawn_file_actions_addclose(&actions, pipe_fds[1]);
    /* A thread of ours may have signals blocked; the command has none. */
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t pid;
    int reason = posix_spawnp(&pid, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_fds[1]);
    if (reason != 0) {
        close(pipe_fds[0]);
        errno = reason;
        return err_sys(e, ERR_INPUT, "%s: its credential_process \"%s\" cannot be started", name,
                       words[0]);
    }
    struct buf answer;
    buf_init(&answer, ANSWER_MOST);
    const bool answered = read_answer(&answer, pipe_fds[0]);
    close(pipe_fds[0]);
    if (!answered)
        kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    int rc = -1;
    if (!answered)
        err_set(e, ERR_INPUT, "%s: its credential_process gives no answer within a minute", name);
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        err_set(e, ERR_INPUT, "%s: its credential_process \"%s\" ended with exit code %d", name,
                words[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    else
        rc = creds_keys_read(out, a, name, buf_span(&answer), e);
    if (answer.n > 0)
        memset(answer.p, 0, answer.n);
    buf_free(&answer);
    return rc;
}
