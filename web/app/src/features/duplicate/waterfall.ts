import { comparedLabel, type Evidence, percent } from "@/features/duplicate/duplicate";
import { strings } from "@/strings";

const text = strings.duplicates.evidence;

export type Step = {
  key: string;
  label: string;
  /** How far the values agree, or what the step stands for. */
  detail: string;
  bits: number;
  /** The running sum before and after. */
  from: number;
  to: number;
};

export type Waterfall = {
  steps: Step[];
  sum: Step;
  /** The lowest and the highest running sum: where the picture begins and ends. */
  low: number;
  high: number;
  /** Fields that one or both contacts have nothing in. */
  notSaid: string[];
};

/** The evidence as steps of a running sum: the start, what speaks for it, what against, and what relatives explain. */
export function waterfallOf(evidence: Evidence, probability: number): Waterfall {
  const said = evidence.fields.filter(({ level }) => level !== "not said");
  const parts = [
    { key: "prior", label: text.prior, detail: text.priorHint, bits: evidence.prior_bits },
    ...said
      .toSorted((a, b) => b.bits - a.bits)
      .map(({ field, level, given, bits }) => ({
        key: field,
        label: comparedLabel(field),
        detail: given ? `${level}, ${text.given(comparedLabel(given).toLowerCase())}` : level,
        bits,
      })),
    { key: "relatives", label: text.relatives, detail: text.relativesHint, bits: evidence.relatives_bits },
  ].filter(({ key, bits }) => key !== "relatives" || bits !== 0);

  let sum = 0;
  const steps = parts.map((part) => {
    const from = sum;
    sum += part.bits;
    return { ...part, from, to: sum };
  });
  const ends = [0, evidence.bits, ...steps.map(({ to }) => to)];
  return {
    steps,
    sum: {
      key: "sum",
      label: text.sum,
      detail: text.sumHint(percent(probability)),
      bits: evidence.bits,
      from: 0,
      to: evidence.bits,
    },
    low: Math.min(...ends),
    high: Math.max(...ends),
    notSaid: evidence.fields.filter(({ level }) => level === "not said").map(({ field }) => comparedLabel(field)),
  };
}
