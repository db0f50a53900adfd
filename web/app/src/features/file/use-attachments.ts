import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "@/api/client";
import { maxFiles, TooLarge, upload } from "@/features/file/file";
import { formatSize } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.files;

/** A file that is to be attached: on its way, there, or failed. */
export type Attachment = {
  key: number;
  file: File;
  /** How far the upload is, in parts of 1. */
  progress: number;
  /** Once it is uploaded. */
  id?: string;
  error?: string;
};

export type Attachments = {
  list: readonly Attachment[];
  /** The ids of those that are uploaded. */
  ids: string[];
  /** Some are on their way. */
  isSending: boolean;
  /** Some could not be uploaded; they must be tried again or taken out. */
  hasFailed: boolean;
  add: (files: Iterable<File>) => void;
  retry: (key: number) => void;
  remove: (key: number) => void;
  /** Takes out those that were sent, by their ids. */
  clear: (sent: string[]) => void;
};

let keys = 0;

const attachmentsKey = (member: string, object: string) => ["attachments", member, object];

/** Has what a member attached on one record wait on another. */
export function moveAttachments(client: QueryClient, member: string, from: string, to: string): void {
  const [source, target] = [attachmentsKey(member, from), attachmentsKey(member, to)];
  const list = [target, source].flatMap((key) => client.getQueryData<readonly Attachment[]>(key) ?? []);
  client.setQueryDefaults(target, { gcTime: Number.POSITIVE_INFINITY });
  client.setQueryData(target, list.slice(0, maxFiles));
  client.removeQueries({ queryKey: source });
}

/**
 * The files that a member attaches to what is being written on a record. Uploads begin at once. Whoever goes elsewhere
 * and comes back finds them, and what was on its way then begins anew; they end with the page.
 */
export function useAttachments(member: string, object: string): Attachments {
  const client = useQueryClient(); // whose data end when the member signs out
  const [list, setList] = useState<readonly Attachment[]>(
    () => client.getQueryData(attachmentsKey(member, object)) ?? [],
  );
  const underWay = useRef(new Map<number, AbortController>());
  useEffect(() => {
    client.setQueryDefaults(attachmentsKey(member, object), { gcTime: Number.POSITIVE_INFINITY });
    client.setQueryData<readonly Attachment[]>(attachmentsKey(member, object), list);
  }, [client, member, object, list]);

  const change = (key: number, more: Partial<Attachment>) =>
    setList((now) => now.map((one) => (one.key === key ? { ...one, ...more } : one)));
  const start = async (key: number, file: File) => {
    const controller = new AbortController();
    underWay.current.set(key, controller);
    try {
      const id = await upload(file, (progress) => change(key, { progress }), controller.signal);
      change(key, { id, progress: 1 });
    } catch (error) {
      if (!controller.signal.aborted) change(key, { error: textOf(error) });
    } finally {
      if (underWay.current.get(key) === controller) underWay.current.delete(key);
    }
  };
  const resume = useRef(() => {
    for (const { key, file, id, error } of list) if (!id && !error) void start(key, file);
  });
  useEffect(() => {
    const controllers = underWay.current;
    resume.current();
    return () => {
      for (const controller of controllers.values()) controller.abort();
      controllers.clear();
    };
  }, []);
  const drop = (keep: (one: Attachment) => boolean) => {
    for (const one of list) {
      if (!keep(one)) underWay.current.get(one.key)?.abort();
    }
    setList((now) => now.filter(keep));
  };
  return {
    list,
    ids: list.flatMap(({ id }) => id ?? []),
    isSending: list.some(({ id, error }) => !id && !error),
    hasFailed: list.some(({ error }) => error !== undefined),
    add: (files) => {
      const fresh = Array.from(files, (file) => ({ key: ++keys, file, progress: 0 })).slice(0, maxFiles - list.length);
      setList((now) => [...now, ...fresh]);
      for (const { key, file } of fresh) void start(key, file);
    },
    retry: (key) => {
      const failed = list.find((one) => one.key === key);
      if (!failed) return;
      setList((now) => now.map((one) => (one.key === key ? { key, file: one.file, progress: 0 } : one)));
      void start(key, failed.file);
    },
    remove: (key) => drop((one) => one.key !== key),
    clear: (sent) => {
      const stays = ({ id }: Attachment) => !id || !sent.includes(id);
      setList((now) => now.filter(stays));
      // Also when nobody sees them any more.
      client.setQueryData<readonly Attachment[]>(attachmentsKey(member, object), (now) => now?.filter(stays));
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof TooLarge ? words.tooLarge(formatSize(error.maxBytes)) : messageOf(error);
}
