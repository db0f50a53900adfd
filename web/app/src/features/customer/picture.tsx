import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Camera } from "lucide-react";
import { useRef } from "react";
import { messageOf } from "@/api/client";
import { Avatar } from "@/components/ui/avatar";
import { Menu, MenuItem } from "@/components/ui/menu";
import { Spinner } from "@/components/ui/spinner";
import { TooLarge, upload } from "@/features/file/file";
import { nameOf } from "@/features/merge/merge";
import { type AnyRecord, recordKinds } from "@/features/record/record";
import { cn } from "@/lib/cn";
import { formatSize } from "@/lib/format";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.customer.picture;

/** The kinds of pictures that the server takes. */
const accepted = "image/png,image/jpeg,image/gif,image/webp";

/** How long a picture may take on its way. */
const uploadMillis = 120_000;

/** A contact's picture, which a press changes or takes away. */
export function PictureMenu({ contact, className }: { contact: AnyRecord; className?: string }) {
  const input = useRef<HTMLInputElement>(null);
  const client = useQueryClient();
  const name = nameOf(contact);
  const change = useMutation({
    mutationFn: async (file: File | undefined) => {
      const display_picture = file
        ? await upload(file, () => {}, AbortSignal.timeout(uploadMillis), "user_profile_picture")
        : null;
      await recordKinds.rev_user.update(contact.id, { display_picture });
    },
    onSuccess: async (_, file) => {
      await client.invalidateQueries();
      toast({ tone: "success", title: file ? words.changed(name) : words.removed(name) });
    },
    onError: (error) =>
      toast({
        tone: "danger",
        title: error instanceof TooLarge ? strings.files.tooLarge(formatSize(error.maxBytes)) : messageOf(error),
      }),
  });
  const face = <Avatar name={name} seed={contact.id} picture={contact.display_picture} className="size-11 text-sm" />;
  if (contact.primary_identity) return face; // what was merged is changed where it went
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button
            type="button"
            aria-label={words.menu(name)}
            title={words.menu(name)}
            disabled={change.isPending}
            className={cn("group relative rounded-full", className)}
          >
            {face}
            <span
              className={cn(
                "absolute inset-0 grid place-items-center rounded-full bg-black/45 text-white opacity-0 transition-opacity",
                "group-hover:opacity-100 group-focus-visible:opacity-100 group-data-[state=open]:opacity-100",
                change.isPending && "opacity-100",
              )}
            >
              {change.isPending ? <Spinner /> : <Camera aria-hidden className="size-4.5" />}
            </span>
          </button>
        }
      >
        <MenuItem onSelect={() => input.current?.click()}>
          {contact.display_picture ? words.replace : words.choose}
        </MenuItem>
        {contact.display_picture && <MenuItem onSelect={() => change.mutate(undefined)}>{words.remove}</MenuItem>}
      </Menu>
      <input
        ref={input}
        type="file"
        accept={accepted}
        hidden
        aria-label={words.file}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) change.mutate(file);
          event.target.value = ""; // so that the same file can be chosen again
        }}
      />
    </>
  );
}
