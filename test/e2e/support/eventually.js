import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "./patience.js";

/**
 * Asks again and again until `check` throws nothing any more, for what a page shows a moment after what was waited for.
 *
 * @template T
 * @param {() => T | Promise<T>} check
 * @returns {Promise<T>} what it returned; its last failure, once that has lasted too long
 */
export async function eventually(check) {
  for (const end = Date.now() + patience.action; ; await sleep(50)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
