/** Set by build.mjs from package-lock.json and the root's pyproject.toml. */
declare const LITERT_VERSION: string;
declare const ORT_VERSION: string;
declare const PAGE_VERSION: string;
