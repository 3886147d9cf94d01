/* test_ids.c - account numbers in ids as counted in published trails, UUIDs by hand. */
#include "tests/gen/scene.h"

#include "gen/ids.h"

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* Source of the first row: the ids of a published trail. The others by the rule, worked out apart:
   1 and the account's 40 bits in groups of five; the 41st bit says in which half the ninth lies. */
static const struct {
    const char *account, *constant, *ninth;
} accounts[] = {
    {"123456789012", "RZPUZDIK", "ABCDEFGHIJKLMNOP"},
    {"111122223333", "RTX3GSDS", "QRSTUVWXYZ234567"},
    {"000000000000", "QAAAAAAA", "ABCDEFGHIJKLMNOP"},
    {"999999999999", "6RVFFB77", "QRSTUVWXYZ234567"},
};

static void ids_carry_the_account(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"AKIA", "ASIA", "AIDA", "AROA"};
    for (size_t i = 0; i < COUNT(accounts) * COUNT(prefixes); i++) {
        const char *prefix = prefixes[i % COUNT(prefixes)];
        size_t row = i / COUNT(prefixes);
        size_t n = prefix[2] == 'I' ? IDS_KEY_N : IDS_PRINCIPAL_N;
        for (uint64_t address = 0; address < 200; address++) {
            char id[IDS_PRINCIPAL_N + 2];
            memset(id, '#', sizeof id);
            ids_unique(id, n, prefix, span_of(accounts[row].account), address);
            id[n + 1] = '\0';
            if (id[n] != '#' || memcmp(id, prefix, 4) != 0 ||
                memcmp(id + 4, accounts[row].constant, 8) != 0 ||
                strchr(accounts[row].ninth, id[12]) == NULL)
                fail_msg("%s: %s", accounts[row].account, id);
            for (size_t k = 13; k < n; k++)
                if (strchr(base32, id[k]) == NULL)
                    fail_msg("%s: %s", accounts[row].account, id);
        }
    }
}

static void ids_of_two_addresses_differ(void **state)
{
    (void)state;
    char a[IDS_KEY_N], b[IDS_KEY_N];
    ids_unique(a, IDS_KEY_N, "ASIA", SPAN("123456789012"), 1);
    for (uint64_t address = 2; address < 2000; address++) {
        ids_unique(b, IDS_KEY_N, "ASIA", SPAN("123456789012"), address);
        assert_memory_not_equal(a, b, IDS_KEY_N);
    }
    ids_unique(b, IDS_KEY_N, "ASIA", SPAN("123456789012"), 1);
    assert_memory_equal(a, b, IDS_KEY_N);
}

/* RFC 9562: the 13th digit is 4, the 17th is 8, 9, a or b, the other 122 bits stay. */
static const struct {
    uint64_t a, b;
    const char *want;
} uuids[] = {
    {0, 0, "00000000-0000-4000-8000-000000000000"},
    {UINT64_MAX, UINT64_MAX, "ffffffff-ffff-4fff-bfff-ffffffffffff"},
    {UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210),
     "01234567-89ab-4def-bedc-ba9876543210"},
};

static void uuids_have_version_and_variant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(uuids); i++) {
        char id[IDS_UUID_N + 1] = {0};
        ids_uuid(id, uuids[i].a, uuids[i].b);
        assert_string_equal(id, uuids[i].want);
    }
}

/* 36 000 draws: each letter 1 000 times, five standard deviations are 156. */
static void text_is_drawn_evenly(void **state)
{
    (void)state;
    size_t counts[36] = {0};
    for (uint64_t address = 0; address < 1000; address++) {
        char text[36];
        ids_text(text, sizeof text, IDS_UPPER, address);
        for (size_t i = 0; i < sizeof text; i++) {
            size_t at = span_find(IDS_UPPER, text[i]);
            assert_true(at < COUNT(counts));
            counts[at]++;
        }
    }
    for (size_t i = 0; i < COUNT(counts); i++)
        assert_in_range(counts[i], 1000 - 156, 1000 + 156);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_carry_the_account),
        cmocka_unit_test(ids_of_two_addresses_differ),
        cmocka_unit_test(uuids_have_version_and_variant),
        cmocka_unit_test(text_is_drawn_evenly),
    };
    return cmocka_run_group_tests_name("gen/ids", tests, NULL, NULL);
}
