import { File as FileAny, FileArchive, FileImage, FileSpreadsheet, FileText, FileVideo } from "lucide-react";

const icons: [pattern: RegExp, icon: typeof FileAny][] = [
  [/^image\//, FileImage],
  [/^(video|audio)\//, FileVideo],
  [/zip|tar|compressed/, FileArchive],
  [/csv|sheet|excel/, FileSpreadsheet],
  [/^text\/|pdf|word|document/, FileText],
];

type FileIconProps = { type: string | undefined; className?: string };

/** A sign for what a file contains. Decoration: its name stands beside it. */
export function FileIcon({ type = "", className }: FileIconProps) {
  const Icon = icons.find(([pattern]) => pattern.test(type))?.[1] ?? FileAny;
  return <Icon aria-hidden className={className} />;
}
