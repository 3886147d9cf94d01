/* leftover.c - see leftover.h. */
#define _GNU_SOURCE /* flock, d_type */
#include "replay/leftover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/span.h"

enum { DEPTH_MAX = 64 };

int leftover_claim(int root_fd, const char *root, bool alone, struct err *e)
{
    if (flock(root_fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    return err_set(e, ERR_WORK, "%s: another run %s; wait for it, or end it", root,
                   alone ? "writes there" : "is being resumed there");
}

static bool is_leftover(const char *name)
{
    struct span s = span_of(name);
    return span_starts(s, SPAN(LEFTOVER_HEAD)) && span_ends(s, SPAN(LEFTOVER_TAIL));
}

static bool is_folder(int at, const struct dirent *entry)
{
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    struct stat st;
    return fstatat(at, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Clear the folder ${fd} and those below it; ${fd} is closed. 0, or -1 and errno. */
static int clear(int fd, int depth)
{
    DIR *d = fdopendir(fd);
    if (d == NULL) {
        close(fd);
        return -1;
    }
    int rc = 0;
    const struct dirent *entry;
    for (errno = 0, entry = readdir(d); rc == 0 && entry != NULL; errno = 0, entry = readdir(d)) {
        const char *name = entry->d_name;
        if (is_leftover(name)) {
            rc = unlinkat(dirfd(d), name, 0) == 0 || errno == ENOENT ? 0 : -1;
        } else if (name[0] != '.' && depth < DEPTH_MAX && is_folder(dirfd(d), entry)) {
            int below = openat(dirfd(d), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            rc = below >= 0 ? clear(below, depth + 1) : -1;
        }
        if (rc != 0)
            break;
    }
    int reason = errno;
    closedir(d);
    errno = reason;
    return rc;
}

int leftover_remove(int root_fd, const char *root, struct err *e)
{
    int fd = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || clear(fd, 0) != 0)
        return err_sys(e, ERR_WORK, "%s: what an earlier run left unfinished cannot be removed",
                       root);
    /* From here on others may write beside us. */
    flock(root_fd, LOCK_SH | LOCK_NB);
    return 0;
}
