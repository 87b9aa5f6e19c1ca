/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Settings: small named values that outlive a reset.
 *
 * Names are paths such as "dfu/MCUBOOT0", '/' between their parts. The calls are upstream's; what
 * stores the values is a back-end that the application names once with settings_backend_set().
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stddef.h>
#include <sys/types.h>

#include <dfu/compiler.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SETTINGS_MAX_NAME_LEN 63 /**< Characters of a name, without the terminator. */
#define SETTINGS_MAX_VAL_LEN 520 /**< Bytes of a value. */
#define SETTINGS_NAME_SEPARATOR '/'
#define SETTINGS_NAME_END '='

/**
 * @brief Reads the value of the entry that a callback was called for.
 * @return Bytes read, at most @p len; 0 if the value is empty; a negative errno.
 */
typedef ssize_t (*settings_read_cb)(void *cb_arg, void *data, size_t len);

/**
 * @brief Called for each entry of a subtree. It must not save or delete: the back-end is at work.
 *
 * @param key      What follows the subtree's name and its '/'; NULL if the name is equal.
 * @param len      Bytes of the value.
 * @param read_cb  Reads it, with @p cb_arg; valid until the callback returns.
 * @return 0 to go on; anything else ends the scan.
 */
typedef int (*settings_load_direct_cb)(const char *key, size_t len, settings_read_cb read_cb,
				       void *cb_arg, void *param);

struct settings_backend;

/** Called by a back-end for each entry it holds, with the whole name. Non-zero ends the scan. */
typedef int (*settings_backend_cb)(const char *name, size_t len, settings_read_cb read_cb,
				   void *cb_arg, void *param);

/** Operations of a back-end. Names and lengths have been checked. */
struct settings_backend_api {
	/** Make ready; called by each settings_subsys_init(). NULL: nothing to do. */
	int (*init)(const struct settings_backend *backend);
	/**
	 * Offer every entry once, newest value; returns 0 (also when @p cb ended the scan) or a
	 * negative errno.
	 */
	int (*load)(const struct settings_backend *backend, settings_backend_cb cb, void *param);
	/** Store, or delete with @p len 0 (a missing name is no error). After an error, and at any
	 *  power cut, the name has its old value or its new one. */
	int (*save)(const struct settings_backend *backend, const char *name, const void *value,
		    size_t len);
	/**
	 * Optional: as load(), but entries that are neither @p subtree nor below it may be left out
	 * (NULL: none). NULL: load().
	 */
	int (*load_subtree)(const struct settings_backend *backend, const char *subtree,
			    settings_backend_cb cb, void *param);
};

/** A back-end instance; the implementation's struct has it as its first member. */
struct settings_backend {
	const struct settings_backend_api *api;
};

/**
 * @brief Name the back-end. Not upstream's: there Kconfig and a partition choose it.
 * @param backend  Used until the next call; NULL for none.
 */
void settings_backend_set(const struct settings_backend *backend);

/**
 * @brief Make settings ready; may be called again at any time.
 * @retval 0        Ready; also without a back-end.
 * @retval -errno   From the back-end.
 */
DFU_MUST_CHECK int settings_subsys_init(void);

/**
 * @brief Store a value under a name. A NULL @p value or @p val_len 0 deletes the name.
 *
 * Power cut: the name has its old value or the new one.
 *
 * @retval 0        Stored.
 * @retval -ENOENT  There is no back-end.
 * @retval -EINVAL  @p name is NULL, empty or longer than SETTINGS_MAX_NAME_LEN, contains '=', or @p
 *                  val_len is above SETTINGS_MAX_VAL_LEN. Nothing stored.
 * @retval -errno   From the back-end. The name has its old value or the new one.
 */
DFU_MUST_CHECK int settings_save_one(const char *name, const void *value, size_t val_len);

/** Delete a name; a missing one is no error. Results as settings_save_one(). */
DFU_MUST_CHECK int settings_delete(const char *name);

/**
 * @brief Offer every entry at or below @p subtree to @p cb.
 *
 * @param subtree  Name without a final '/'; NULL for all.
 *
 * @retval 0       All offered, or @p cb ended the scan; also without a back-end.
 * @retval -errno  From the back-end. (Upstream returns 0 here; an unreadable store is not an empty
 *                 one.)
 */
DFU_MUST_CHECK int settings_load_subtree_direct(const char *subtree, settings_load_direct_cb cb,
						void *param);

/**
 * @brief Read one value.
 *
 * @param buf  Gets the value; unchanged unless all of it fits.
 *
 * @return Bytes of the value; -ENOENT if the name has none, also without a back-end; -EOVERFLOW if
 *         it is longer than @p len; a negative errno of the back-end.
 */
DFU_MUST_CHECK ssize_t settings_load_one(const char *name, void *buf, size_t len);

/**
 * A tree of values that a part of the program owns: the names that begin with @p name. Of several
 * that fit the one with the longest name is asked. Each function may be NULL. Upstream's struct.
 */
struct settings_handler {
	const char *name; /**< Such as "blinfo" or "app/radio"; as long-lived as the handler. */
	/**
	 * Give a value.
	 * @param key  What follows the handler's name and its '/'; NULL if nothing does.
	 * @return Bytes put into @p val; -ENOENT there is no such value; -EOVERFLOW it is longer
	 *         than @p val_len_max; -errno. @p val is unchanged on error.
	 */
	int (*h_get)(const char *key, char *val, int val_len_max);
	/**
	 * Take a value that was loaded; it must not save or delete.
	 * @param key      As in h_get().
	 * @param len      Bytes of the value.
	 * @param read_cb  Reads it, with @p cb_arg; valid until the function returns.
	 */
	int (*h_set)(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg);
	/** All values of a load have been given to h_set(). */
	int (*h_commit)(void);
	/** Hand every value to @p export_func, with its whole name; its errors are to be returned.
	 */
	int (*h_export)(int (*export_func)(const char *name, const void *value, size_t val_len));
	struct settings_handler *next; /**< The list's; not the handler's. */
};

/** A handler in the image itself; the members are those of struct settings_handler. */
struct settings_handler_static {
	const char *name;
	int (*h_get)(const char *key, char *val, int val_len_max);
	int (*h_set)(const char *key, size_t len, settings_read_cb read_cb, void *cb_arg);
	int (*h_commit)(void);
	int (*h_export)(int (*export_func)(const char *name, const void *value, size_t val_len));
};

/**
 * Define a handler that needs no settings_register(), at file scope; NULL for functions that it
 * does not have.
 *
 * The linker collects pointers to them in a section; no code runs before main(). Linkers for ELF
 * need no line in a script for that (the section's name is an identifier). A script that discards
 * what it does not name has to keep `slotwise_settings_handlers`, beside read-only data. With other
 * linkers use settings_register().
 *
 * @param _hname  Identifier, unique in the file.
 * @param _tree   Name; valid (settings_save_one()), and not taken: nobody checks.
 */
#define SETTINGS_STATIC_HANDLER_DEFINE(_hname, _tree, _get, _set, _commit, _export)                \
	static const struct settings_handler_static settings_handler_##_hname = {                  \
		_tree, _get, _set, _commit, _export};                                              \
	static const struct settings_handler_static *const settings_handler_entry_##_hname         \
	DFU_LINKER_LIST(slotwise_settings_handlers) = &settings_handler_##_hname

/**
 * @brief Add a tree. There is no way to take it out again.
 * @param handler  Used from now on.
 * @retval 0        Added.
 * @retval -EEXIST  Its name is taken; also by itself.
 * @retval -EINVAL  @p handler NULL, or its name not valid (settings_save_one()).
 */
DFU_MUST_CHECK int settings_register(struct settings_handler *handler);

/**
 * @brief Give all stored values to the handlers of their trees, then let all handlers commit.
 *
 * A value without a handler, or whose handler has no h_set(), is left alone. What h_set() returns
 * is logged; it does not end the load.
 *
 * @retval 0       Loaded; also without a back-end.
 * @retval -errno  From the back-end: not all values were given, and nobody has committed. (Upstream
 *                 commits, and returns 0.) Or else the first error of an h_commit(); the others
 *                 have been called, too.
 */
DFU_MUST_CHECK int settings_load(void);

/** settings_load() of the values at or below @p subtree (NULL: all), with the commit of the
 *  handlers whose names are. */
DFU_MUST_CHECK int settings_load_subtree(const char *subtree);

/**
 * @brief Let all handlers export their values into the back-end.
 * @return 0, or the first error of an h_export(); the others have been called, too.
 */
DFU_MUST_CHECK int settings_save(void);

/** settings_save() of the handlers whose names are at or below @p subtree (NULL: all). */
DFU_MUST_CHECK int settings_save_subtree(const char *subtree);

/** Let all handlers commit. @return 0, or the first error of an h_commit(). */
DFU_MUST_CHECK int settings_commit(void);

/** settings_commit() of the handlers whose names are at or below @p subtree (NULL: all). */
DFU_MUST_CHECK int settings_commit_subtree(const char *subtree);

/**
 * @brief Ask the handler of a name for its value.
 * @param len  Bytes of @p data.
 * @return What its h_get() returns; -EINVAL no handler has this name; -ENOTSUP it has no h_get().
 */
int settings_runtime_get(const char *name, void *data, size_t len);

/**
 * @brief Give the handler of a name a value; nothing is stored.
 * @return What its h_set() returns; -EINVAL no handler has this name; -ENOTSUP it has no h_set().
 */
int settings_runtime_set(const char *name, const void *data, size_t len);

/**
 * @brief Let the handler of a name commit.
 * @return What its h_commit() returns, 0 if it has none; -EINVAL no handler has this name.
 */
int settings_runtime_commit(const char *name);

/**
 * @brief Whether @p name is @p key or lies below it.
 * @param next  If not NULL: set to what follows @p key in @p name, NULL if nothing does.
 * @return 1 or 0.
 */
int settings_name_steq(const char *name, const char *key, const char **next);

/**
 * @brief First part of a name.
 * @param next  If not NULL: set to what follows its '/', NULL if nothing does.
 * @return Characters in the first part.
 */
int settings_name_next(const char *name, const char **next);

#ifdef __cplusplus
}
#endif

#endif
