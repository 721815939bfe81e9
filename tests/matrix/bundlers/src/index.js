// What each project does with the package. The page is asked for the hash of an entry's results.
import * as crop64 from 'crop64';
import * as inline from 'crop64/inline';
import * as pool from 'crop64/pool';
import { check } from './cases.mjs';

const entries = { crop64, 'crop64/pool': pool, 'crop64/inline': inline };

globalThis.check = (entry, jobs) => check(entries[entry], jobs);
