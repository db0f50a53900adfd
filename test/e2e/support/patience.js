/** How long the stories wait for what comes in a second on an idle laptop, in milliseconds: also where it does not. */
export const patience = { action: 30_000, step: 180_000 };

/** By how much the processor of the pages is slowed down, to see whether the stories hold on a slow machine. */
export const slowness = Number(process.env.KITH_E2E_SLOW ?? 1);
