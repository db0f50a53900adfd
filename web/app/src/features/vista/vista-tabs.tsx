import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Vista } from "@/api/types";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { isChanged, type ListSearch, type ListView } from "@/features/record/list-search";
import type { FilterType } from "@/features/record/record";
import { useSession } from "@/features/session/use-session";
import { deleteVista, saveVista, vistasQuery } from "@/features/vista/vista";
import { VistaDialog } from "@/features/vista/vista-dialog";
import { cn } from "@/lib/cn";
import { toast } from "@/lib/toast";
import { strings } from "@/strings";

const words = strings.vistas;

type VistaTabsProps = {
  type: FilterType;
  search: ListSearch;
  view: ListView;
  vista: Vista | undefined;
  /** Shows a vista, or everything. */
  onChoose: (vista: Vista | undefined) => void;
  /** The views that are always there. */
  fixed: FixedTab[];
  /** Whether something else is shown than the vista keeps, or than the first view does. */
  changed?: boolean;
};

export type FixedTab = { label: string; current: boolean; onChoose: () => void };

/** The saved views of a list as tabs, and the buttons that keep what was changed. */
export function VistaTabs({ type, search, view, vista, onChoose, fixed, ...rest }: VistaTabsProps) {
  const { data: vistas } = useSuspenseQuery(vistasQuery(type));
  const [saving, setSaving] = useState(false);
  const changed = rest.changed ?? isChanged(search);
  const dropped = vista?.dropped_fields ?? [];
  if (vistas.length === 0 && fixed.length === 1 && !changed) return null;
  return (
    <div className="flex items-center gap-1 overflow-x-auto border-line border-b px-4 sm:px-6 [scrollbar-width:none]">
      <nav aria-label={words.label} className="flex shrink-0 items-center gap-1">
        {fixed.map((tab) => (
          <VistaTab key={tab.label} {...tab} />
        ))}
        {vistas.map((offer) => (
          <VistaTab
            key={offer.id}
            label={offer.name}
            current={offer.id === vista?.id}
            onChoose={() => onChoose(offer)}
          />
        ))}
      </nav>
      {vista && <VistaMenu type={type} vista={vista} view={view} onGone={() => onChoose(undefined)} />}
      {dropped.length > 0 && (
        <p role="status" className="truncate px-2 text-[0.8125rem] text-warn">
          {words.dropped(dropped.join(", "))}
        </p>
      )}
      {changed && (
        <div className="ml-auto flex shrink-0 items-center gap-1 py-1 pl-4">
          <Button size="sm" variant="ghost" onClick={() => onChoose(vista)}>
            {words.reset}
          </Button>
          <SaveButtons type={type} vista={vista} view={view} onSaved={onChoose} onSaveAs={() => setSaving(true)} />
        </div>
      )}
      {saving && (
        <VistaDialog
          type={type}
          view={view}
          onClose={() => setSaving(false)}
          onSaved={(made) => {
            setSaving(false);
            onChoose(made);
          }}
        />
      )}
    </div>
  );
}

function VistaTab({ label, current, onChoose }: { label: string; current: boolean; onChoose: () => void }) {
  return (
    <button
      type="button"
      aria-current={current ? "page" : undefined}
      onClick={onChoose}
      className={cn(
        "-mb-px h-10 max-w-60 shrink-0 truncate border-transparent border-b-2 px-2.5 font-medium text-ink-2 outline-offset-[-2px] hover:text-ink",
        current && "border-brand text-ink",
      )}
    >
      {label}
    </button>
  );
}

type SaveButtonsProps = {
  type: FilterType;
  vista: Vista | undefined;
  view: ListView;
  onSaved: (vista: Vista) => void;
  onSaveAs: () => void;
};

function SaveButtons({ type, vista, view, onSaved, onSaveAs }: SaveButtonsProps) {
  const client = useQueryClient();
  const session = useSession();
  const save = useMutation({
    mutationFn: (own: Vista) => saveVista(own, view),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["vistas", type] });
      toast({ tone: "success", title: words.saved(saved.name) });
      onSaved(saved);
    },
    onError: (error) => toast({ tone: "danger", title: messageOf(error) }),
  });
  const mine = vista?.created_by?.id === session?.user.id;
  return (
    <>
      <Button size="sm" variant={mine && vista ? "ghost" : "secondary"} onClick={onSaveAs}>
        {words.saveAs}
      </Button>
      {mine && vista && (
        <Button size="sm" pending={save.isPending} onClick={() => save.mutate(vista)}>
          {words.save}
        </Button>
      )}
    </>
  );
}

type VistaMenuProps = { type: FilterType; vista: Vista; view: ListView; onGone: () => void };

function VistaMenu({ type, vista, view, onGone }: VistaMenuProps) {
  const client = useQueryClient();
  const session = useSession();
  const [open, setOpen] = useState<"edit" | "delete">();
  const remove = useMutation({
    mutationFn: () => deleteVista(vista),
    onSuccess: async () => {
      onGone();
      await client.invalidateQueries({ queryKey: ["vistas", type] });
      toast({ tone: "info", title: words.deleted(vista.name) });
    },
  });
  if (vista.created_by?.id !== session?.user.id) return null;
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button variant="ghost" size="icon" className="size-7" aria-label={words.options(vista.name)}>
            <MoreHorizontal aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => setOpen("edit")}>{words.rename}</MenuItem>
        <MenuItem onSelect={() => setOpen("delete")}>{words.delete}</MenuItem>
      </Menu>
      {open === "edit" && (
        <VistaDialog
          type={type}
          view={view}
          vista={vista}
          onClose={() => setOpen(undefined)}
          onSaved={() => setOpen(undefined)}
        />
      )}
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(stays) => !stays && setOpen(undefined)}
        title={words.deleteTitle(vista.name)}
        description={words.deleteText}
        action={words.delete}
        pending={remove.isPending}
        error={remove.error ? messageOf(remove.error) : undefined}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
