/* echo_epoll: the least that an echo server costs. One thread, level-triggered epoll, recv, then send at once.
 *
 * Prints "listening on 127.0.0.1:PORT" and serves until its standard input closes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256
#define BUFFER 65536

/* What could not be sent yet. Only a client that sends without reading ever needs one. */
struct rest {
    char *bytes;
    size_t length, sent;
};

static struct rest *rests;
static size_t limit;
static int poll_set;
static char buffer[BUFFER];

_Noreturn static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int fd, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(poll_set, operation, fd, &event) != 0)
        fail("epoll_ctl");
}

static void end(int fd)
{
    free(rests[fd].bytes);
    memset(&rests[fd], 0, sizeof rests[fd]);
    close(fd);
}

static void keep(int fd, const char *bytes, size_t length)
{
    struct rest *rest = &rests[fd];
    rest->bytes = malloc(length);
    if (!rest->bytes)
        fail("malloc");
    memcpy(rest->bytes, bytes, length);
    rest->length = length;
    rest->sent = 0;
    /* Nothing more is read before this is sent. */
    watch(fd, EPOLLOUT, EPOLL_CTL_MOD);
}

static void echo(int fd)
{
    ssize_t count = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0) {
        end(fd);
        return;
    }
    ssize_t sent = send(fd, buffer, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        end(fd);
    else if (sent < count)
        keep(fd, buffer + (sent < 0 ? 0 : sent), (size_t)(count - (sent < 0 ? 0 : sent)));
}

static void send_rest(int fd)
{
    struct rest *rest = &rests[fd];
    ssize_t sent = send(fd, rest->bytes + rest->sent, rest->length - rest->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != EINTR)
            end(fd);
        return;
    }
    rest->sent += (size_t)sent;
    if (rest->sent == rest->length) {
        free(rest->bytes);
        memset(rest, 0, sizeof *rest);
        watch(fd, EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void accept_all(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return;
        if ((size_t)fd >= limit) {
            close(fd);
            continue;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int main(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    limit = files.rlim_cur == RLIM_INFINITY || files.rlim_cur > 1 << 20 ? 1 << 20 : files.rlim_cur;
    rests = calloc(limit, sizeof *rests);
    poll_set = epoll_create1(EPOLL_CLOEXEC);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (!rests || poll_set < 0 || listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0
        || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("listen");
    watch(listener, EPOLLIN, EPOLL_CTL_ADD);
    /* Refused for /dev/null; such a server is ended by a signal. */
    struct epoll_event gone = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
    epoll_ctl(poll_set, EPOLL_CTL_ADD, STDIN_FILENO, &gone);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);

    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(poll_set, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == STDIN_FILENO) {
                /* Lines ask for memory to be given back: there is none to give. */
                if (read(STDIN_FILENO, buffer, sizeof buffer) <= 0)
                    return 0;
                continue;
            }
            if (fd == listener)
                accept_all(listener);
            else if (rests[fd].bytes)
                send_rest(fd);
            else
                echo(fd);
        }
    }
}
