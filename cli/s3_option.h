/*
 * s3_option.h - the options that say where a bucket is, the same for every command that has them
 */
#ifndef CLI_S3_OPTION_H
#define CLI_S3_OPTION_H

/* Rows of an option table; ${AT} gives the offsets of endpoint_url, region, profile, ca_bundle. */
#define S3_ROWS(AT)                                                                                \
    {"endpoint-url",                                                                               \
     OPT_TEXT,                                                                                     \
     AT(endpoint_url),                                                                             \
     0,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     "URL",                                                                                        \
     "an S3-compatible server, http://HOST:PORT (AWS_ENDPOINT_URL_S3)"},                           \
        {"region", OPT_TEXT, AT(region), 0,                                                        \
         0,        NULL,     "REGION",   "the bucket's region (AWS_REGION; us-east-1)"},           \
        {"profile",   OPT_TEXT,                                                                    \
         AT(profile), 0,                                                                           \
         0,           NULL,                                                                        \
         "NAME",      "take credentials and settings of this profile (AWS_PROFILE)"},              \
    {                                                                                              \
        "ca-bundle", OPT_TEXT, AT(ca_bundle), 0, 0, NULL, "FILE",                                  \
            "certificates to trust instead of the system's (AWS_CA_BUNDLE)"                        \
    }

#endif
