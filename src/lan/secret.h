/* Knowing a password, proved without telling it. The offering side sends a setting for crypt(3) whose salt
 * is made for this connection alone; both sides hash the password with it, and what crosses the wire is
 * an HMAC under that hash, over who proves, what is asked for, and a nonce of the asking side. What was heard
 * once is of no use again, and a guess costs thousands of rounds. */
#ifndef FORKCHAT_LAN_SECRET_H
#define FORKCHAT_LAN_SECRET_H

#include <stdbool.h>

#include "base/sha256.h"

#define SECRET_SETTING_SIZE 64
#define SECRET_NONCE_SIZE   33 /* 32 hexadecimal digits and the zero byte */
#define SECRET_PASSWORD_MAX 128

/* Makes a fresh setting, or a fresh nonce. Return 0, or -1 and errno. */
int secret_make_setting(char setting[SECRET_SETTING_SIZE]);
int secret_make_nonce(char nonce[SECRET_NONCE_SIZE]);

/* Is this a setting that an honest offerer makes: SHA-512-crypt, no fewer rounds than we ask for and no more than
 * 200,000, a salt of 16? */
bool secret_is_setting(const char *setting);

/* The proof that `role` ("getter" or "offerer") knows the password. Slow on purpose (milliseconds).
 * Returns 0, or -1 where crypt(3) does not know the method. */
int secret_prove(const char *password, const char *setting, const char *role, const char *id, const char *nonce,
                 const char *hash, char proof[SHA256_HEX_SIZE]);

/* Compares in a time that does not tell how much is equal. */
bool secret_equal(const char *a, const char *b);

#endif
