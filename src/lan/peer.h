/* One peer: what its parts share. The files below, in the order in which each uses only those before it, are each for
 * one family of things that happen; loop.c calls them all. All of it belongs to the main process. */
#ifndef FORKCHAT_LAN_PEER_H
#define FORKCHAT_LAN_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "lan/datagram.h"
#include "lan/flood.h"
#include "lan/group.h"
#include "lan/index.h"
#include "lan/options.h"
#include "lan/roster.h"
#include "lan/serve.h"
#include "lan/worker.h"

#define PEER_OFFERS 64
#define PEER_GETS   16
#define PEER_CASTS  16 /* invitations remembered */

/* Where an offer stands: the table is at the head of offers.c. */
enum offer_state {
    OFFER_FREE,
    OFFER_DESCRIBING, /* a worker hashes it */
    OFFER_READY,      /* announced */
    OFFER_MISSED,     /* and not there at the last look */
    OFFER_GONE,       /* offered again when it is back */
};

struct peer_offer {
    enum offer_state state;
    struct serve_offer what;
    char *given;                  /* the path as it was given */
    char name[NAME_FILE_MAX + 1]; /* in it: card.name without a number */
    struct stat described, seen;  /* of the file when it was last described, and last looked at */
    int job;                      /* the number of its describing worker */
};

enum get_state {
    GET_FREE,
    GET_WAITING,  /* for an offer to come, or to come back */
    GET_FETCHING, /* a worker does */
};

/* A fetch that is wanted. */
struct peer_get {
    enum get_state state;
    bool beside;                  /* what exists stays, and it becomes "NAME (1)" */
    char kept[NAME_FILE_MAX + 1]; /* what it is called here, if not the same */
    bool warned;                  /* that it is offered without a password */
    bool waited;                  /* for that very name, when another was offered that reads the same */
    char peer[NAME_PEER_MAX + 1];
    char name[NAME_FILE_MAX + 1];
    char *password;
    char hash[SHA256_HEX_SIZE];     /* once found: only the same content goes on */
    char id[DATAGRAM_ID_SIZE];      /* of the offer it runs on */
    char refused[DATAGRAM_ID_SIZE]; /* of one that turned out to be none */
    struct net_address source;
    int64_t deadline, next;
    int last;          /* the last attempt's result */
    int lacking;       /* things that could not be offered */
    char message[256]; /* and what it said */
};

/* Somebody's invitation to a cast. */
struct peer_cast {
    struct datagram_card card;
    char sender[NAME_PEER_MAX + 1];
    struct net_address from;
    int via;
    int64_t last;
    bool taken;
};

struct peer {
    const struct options *options;
    struct group_config config;
    struct group *group;
    struct roster *roster;
    struct index *index;
    struct flood flood;
    char id[DATAGRAM_ID_SIZE];   /* of this process: the same by each interface */
    int sent;                    /* how many of options->sends */
    int64_t send_until;          /* when recipients not heard by then are given up; 0: none is waited for */
    bool brief;                  /* not announced */
    bool mute[GROUP_INTERFACES]; /* sending by it fails, which was told */
    bool offering;               /* here for its offers alone: nobody types, no time was set */
    char roster_path[1100];      /* empty: not kept */
    int roster_lock;             /* -1: another peer keeps the file */
    int guardian;                /* readable when the guardian of the terminal is gone; -1: there is none */
    int64_t now;                 /* clock_monotonic() of this turn */
    int64_t next_announce, last_announce, next_who, next_save, next_look, next_offers_look, end_at;
    int64_t name_warned; /* when we last complained that our name is used elsewhere */
    struct peer_offer offers[PEER_OFFERS];
    int offer_jobs;
    int listeners[GROUP_INTERFACES];
    uint16_t ports[GROUP_INTERFACES];
    struct peer_get gets[PEER_GETS];
    struct peer_cast casts[PEER_CASTS];
    char own_cast[DATAGRAM_ID_SIZE];
    bool received; /* --receive has had its file, or its failure */
    bool quit;
    int status; /* to exit with */
};

/* --- peer.c --- */

/* Notes the first failure as the exit status of what was asked for on the command line. */
void peer_fail(struct peer *peer, int status);

/* Opens the state folder and claims the roster's file. Of several peers with one folder the first keeps it. */
void peer_open_state(struct peer *peer);
void peer_save(struct peer *peer);

/* The roster's file as it is, on standard output. Returns an exit status. */
int peer_print_roster(const struct options *options);

/* --- multicast.c --- */

/* Sends to the group by one interface. Failures are told once, and so is their end. Returns 0, or -1 and errno. */
int multicast_send(struct peer *peer, int interface, const char *bytes, size_t length);

/* The same by all. */
void multicast_send_datagram(struct peer *peer, const struct datagram *datagram);
void multicast_send_kind(struct peer *peer, enum datagram_kind kind); /* one with nothing but our name and ID in it */
void multicast_ask(struct peer *peer);                                /* who is there? at most once a second */

/* --- say.c --- */

/* Sends "RECIPIENT:TEXT", in several datagrams if it is long, to the group if nobody is known by that name. Returns
 * EX_OK, or an exit status after saying what is wrong. */
int say_send(struct peer *peer, const char *said);
bool say_is_for_nobody(struct peer *peer, const char *said); /* to a name that has not been heard */
void say_typed(struct peer *peer, const char *said);         /* say_send of what was typed, and shows it */

/* --- offers.c --- */

void offers_open(struct peer *peer);
void offers_add(struct peer *peer, const char *path, const char *password);
bool offers_withdraw(struct peer *peer, const char *name);
void offers_announce(struct peer *peer);
void offers_line(struct peer *peer, int job, char *line);
void offers_described(struct peer *peer, int job, int status);
void offers_take_back(struct peer *peer, const struct peer_offer *offer); /* tells others that it cannot be had */
void offers_end(struct peer *peer, struct peer_offer *offer);             /* the same, and forgets it */
bool offers_is_there(const struct peer_offer *offer);                     /* described, and not gone since */
bool offers_any(const struct peer *peer);                                 /* also one that is still being described */
void offers_close(struct peer *peer);

/* --- offers_look.c --- */

void offers_look(struct peer *peer);                /* is each still what was described? */
void offers_changed(struct peer *peer, char *line); /* a server says: one is not */

/* --- offers_serve.c --- */

void offers_open_listeners(struct peer *peer);
int offers_listen(struct peer *peer, int interface); /* returns 0, or -1 and errno */
void offers_stop_listening(struct peer *peer, int interface);
void offers_close_listeners(struct peer *peer);
void offers_accept(struct peer *peer, int interface);
void offers_served(struct peer *peer, const unsigned char host[16], int status); /* a server has ended */

/* --- interfaces.c --- */

const char *interfaces_open(struct peer *peer); /* sets peer->group, or says why there is none */
void interfaces_look(struct peer *peer);        /* again */

/* --- gets.c --- */

void gets_add(struct peer *peer, const char *name_of_peer, const char *name, const char *password, bool beside);
void gets_work(struct peer *peer);
void gets_line(struct peer *peer, int job, char *line);
void gets_ended(struct peer *peer, int job, int status);
void gets_interrupted(struct peer *peer); /* tells what is not done */
int gets_open(const struct peer *peer);   /* how many are not done */
void gets_close(struct peer *peer);

/* --- casts.c --- */

void casts_send(struct peer *peer, const char *path);
void casts_invited(struct peer *peer, const struct datagram *datagram, const struct net_address *from, int via);
bool casts_accept(struct peer *peer, const char *name); /* NULL: the latest */
void casts_line(struct peer *peer, int job, char *line);
void casts_ended(struct peer *peer, enum worker_kind kind, int status);

/* --- chat.c --- */

void chat_announce(struct peer *peer);
void chat_leave(struct peer *peer);
void chat_take(struct peer *peer, const char *bytes, size_t length, const struct net_address *from, int via,
               enum group_way way);
void chat_expire(struct peer *peer);

/* --- command.c --- */

struct edit;
void command_start(struct peer *peer);
void command_line(void *peer, char *line);
void command_complete(void *peer, struct edit *edit); /* Tab */
void command_files(struct peer *peer, const char *pattern);

/* --- size.c: 1.5 MB and the like, for people --- */

#define SIZE_TEXT 16
const char *size_text(int64_t bytes, char text[SIZE_TEXT]);

#endif
