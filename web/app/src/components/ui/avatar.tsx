import { useState } from "react";
import { cn } from "@/lib/cn";
import { initials } from "@/lib/format";

const tints = [
  "bg-teal-600/12 text-teal-800 dark:bg-teal-400/15 dark:text-teal-200",
  "bg-sky-600/12 text-sky-800 dark:bg-sky-400/15 dark:text-sky-200",
  "bg-violet-600/12 text-violet-800 dark:bg-violet-400/15 dark:text-violet-200",
  "bg-rose-600/12 text-rose-800 dark:bg-rose-400/15 dark:text-rose-200",
  "bg-amber-600/14 text-amber-900 dark:bg-amber-400/15 dark:text-amber-200",
  "bg-stone-600/12 text-stone-700 dark:bg-stone-400/15 dark:text-stone-200",
];

type AvatarProps = {
  name: string;
  /** Keeps its colour when the name changes. */
  seed: string;
  /** The file that shows the person, as answers name it. */
  picture?: { id: string } | undefined;
  className?: string;
};

/** The person's picture, or initials on a tint. Decoration: the name stands beside it. */
export function Avatar({ name, seed, picture, className }: AvatarProps) {
  return (
    <span
      aria-hidden
      // By style, since a button with a picture is not named by letters in it.
      data-initials={initials(name)}
      className={cn(
        "relative grid size-6 shrink-0 select-none place-items-center overflow-hidden rounded-full font-semibold text-[0.625rem] tracking-wide before:content-[attr(data-initials)]",
        tints[hash(seed) % tints.length],
        className,
      )}
    >
      {picture && <Picture key={picture.id} id={picture.id} />}
    </span>
  );
}

/** Lies over the initials, which so stand there until it has come, and when it does not come. */
function Picture({ id }: { id: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return null;
  return (
    <img
      src={`/internal/artifacts.picture?id=${encodeURIComponent(id)}`}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => setBroken(true)}
      className="absolute inset-0 size-full bg-surface object-cover"
    />
  );
}

function hash(text: string): number {
  let value = 7;
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
