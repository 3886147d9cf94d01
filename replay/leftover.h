/*
 * leftover.h - temporary files that a killed run left in a directory, and who may remove them
 *
 * A run that writes into a directory holds a shared lock on it; the one that clears away must have
 * it alone, or it would take files from under another's hands.
 */
#ifndef REPLAY_LEFTOVER_H
#define REPLAY_LEFTOVER_H

#include <stdbool.h>

struct err;

#define LEFTOVER_HEAD ".beantrail-"
#define LEFTOVER_TAIL ".tmp"

/**
 * leftover_claim(root_fd, root, alone, e):
 * Lock the open folder ${root_fd} until it is closed, alone or with others.
 *
 * Errors: ERR_WORK when another run has it and ${alone}, or has it alone. On a file system without
 *         locks there is none and no error.
 */
int leftover_claim(int root_fd, const char *root, bool alone, struct err *e);

/**
 * leftover_remove(root_fd, root, e):
 * Remove all temporary files below ${root_fd}, which must be claimed alone; folders behind links
 * are not entered. Others may write there again afterwards.
 */
int leftover_remove(int root_fd, const char *root, struct err *e);

#endif
