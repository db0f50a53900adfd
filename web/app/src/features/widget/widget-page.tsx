import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MessageCircle, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Widget } from "@/api/types";
import { CopyButton } from "@/components/copy-button";
import { QueryState } from "@/components/query-state";
import { SettingsPage } from "@/components/settings-page";
import { StateMessage } from "@/components/state-message";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import {
  deleteWidget,
  identifySnippetOf,
  refreshWidgets,
  snippetOf,
  turnWidget,
  widgetsQuery,
} from "@/features/widget/widget";
import { WidgetForm } from "@/features/widget/widget-form";
import { toast } from "@/lib/toast";
import { useHotkeys } from "@/lib/use-hotkeys";
import { strings } from "@/strings";

const words = strings.widgets;

/** The chat widgets of the org's pages. */
export function WidgetPage() {
  const widgets = useQuery(widgetsQuery);
  const [editing, setEditing] = useState<Widget | "new">();
  const [removing, setRemoving] = useState<Widget>();
  useHotkeys({ n: () => editing === undefined && setEditing("new") });
  if (editing) {
    return <WidgetForm widget={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />;
  }
  return (
    <SettingsPage
      title={words.title}
      text={words.text}
      action={
        <Button variant="primary" onClick={() => setEditing("new")}>
          <Plus aria-hidden />
          {words.create}
        </Button>
      }
    >
      <QueryState query={widgets} loading={words.loading} bars={3}>
        {(all) =>
          all.length > 0 ? (
            <ul aria-label={words.listLabel} className="grid grid-cols-[minmax(0,1fr)] gap-5">
              {all.map((widget) => (
                <WidgetCard
                  key={widget.id}
                  widget={widget}
                  onEdit={() => setEditing(widget)}
                  onRemove={() => setRemoving(widget)}
                />
              ))}
            </ul>
          ) : (
            <StateMessage icon={MessageCircle} title={words.empty}>
              <p className="text-pretty text-ink-2">{words.emptyText}</p>
            </StateMessage>
          )
        }
      </QueryState>
      {removing && <RemoveWidget widget={removing} onClose={() => setRemoving(undefined)} />}
    </SettingsPage>
  );
}

type CardProps = { widget: Widget; onEdit: () => void; onRemove: () => void };

function WidgetCard({ widget, onEdit, onRemove }: CardProps) {
  const { name, app_id, is_enabled, allowed_origins } = widget;
  return (
    <li className="overflow-hidden rounded-xl border border-line bg-surface shadow-panel">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b bg-sunken px-4 py-2.5">
        <div className="flex min-w-0 items-center gap-2">
          <span
            aria-hidden
            className="size-3 shrink-0 rounded-full"
            style={{ backgroundColor: widget.appearance.accent_color }}
          />
          <h2 className="min-w-0 break-words font-medium">{name}</h2>
          <Badge tone={is_enabled ? "brand" : "neutral"}>{is_enabled ? words.on : words.off}</Badge>
        </div>
        <div className="flex flex-wrap gap-2">
          <TurnButton widget={widget} />
          <Button size="sm" aria-label={words.edit(name)} onClick={onEdit}>
            <Pencil aria-hidden />
            {words.editShort}
          </Button>
          <Button size="icon" variant="ghost" aria-label={words.remove(name)} onClick={onRemove}>
            <Trash2 aria-hidden />
          </Button>
        </div>
      </div>
      <dl className="grid gap-3 px-4 py-3.5">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <dt className="w-20 text-[0.8125rem] text-ink-3">{words.appId}</dt>
          <dd className="flex min-w-0 flex-1 items-center gap-3">
            <code className="min-w-0 select-all break-all font-mono text-[0.8125rem]">{app_id}</code>
            <CopyButton text={app_id} label={words.copyAppId} compact />
          </dd>
        </div>
        <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
          <dt className="w-20 text-[0.8125rem] text-ink-3">{words.pages}</dt>
          <dd className="min-w-0 flex-1">
            <Pages origins={allowed_origins} />
          </dd>
        </div>
      </dl>
      <div className="grid gap-4 border-line border-t px-4 py-3.5">
        <Code title={words.snippet} text={words.snippetText} code={snippetOf(app_id)} copy={words.copySnippet} />
        <details>
          <summary className="cursor-pointer font-medium text-[0.8125rem]">{words.identify}</summary>
          <div className="mt-2 grid gap-2">
            <Code text={words.identifyText} code={identifySnippetOf(app_id)} copy={words.copyIdentify} />
            <Link to="/settings/tokens" className="justify-self-start text-[0.8125rem] text-brand underline">
              {words.identifyToken}
            </Link>
          </div>
        </details>
      </div>
    </li>
  );
}

function Pages({ origins }: { origins: string[] }) {
  if (origins.length === 0) return <Alert tone="warn">{words.noPages}</Alert>;
  if (origins.includes("*")) return <Alert tone="warn">{words.everyPage}</Alert>;
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
      {origins.map((origin) => (
        <li key={origin} className="break-all">
          {origin}
        </li>
      ))}
    </ul>
  );
}

type CodeProps = { title?: string; text: string; code: string; copy: string };

function Code({ title, text, code, copy }: CodeProps) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      {title && <h3 className="font-medium text-[0.8125rem]">{title}</h3>}
      <p className="text-pretty text-[0.8125rem] text-ink-2">{text}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard */}
      <pre tabIndex={0} className="overflow-x-auto rounded-lg border border-line bg-sunken px-3 py-2.5 text-xs">
        <code className="font-mono">{code}</code>
      </pre>
      <div className="justify-self-end">
        <CopyButton text={code} label={copy} />
      </div>
    </div>
  );
}

function TurnButton({ widget: { id, name, is_enabled } }: { widget: Widget }) {
  const client = useQueryClient();
  const turn = useMutation({
    mutationFn: () => turnWidget(id, !is_enabled),
    onSuccess: async () => {
      await refreshWidgets(client);
      toast({ tone: "success", title: is_enabled ? words.turnedOff(name) : words.turnedOn(name) });
    },
    onError: (error) => toast({ tone: "danger", title: messageOf(error) }),
  });
  return (
    <Button
      size="sm"
      pending={turn.isPending}
      aria-label={is_enabled ? words.turnOff(name) : words.turnOn(name)}
      onClick={() => turn.mutate()}
    >
      {is_enabled ? words.turnOffShort : words.turnOnShort}
    </Button>
  );
}

function RemoveWidget({ widget: { id, name }, onClose }: { widget: Widget; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteWidget(id),
    onSuccess: async () => {
      await refreshWidgets(client);
      toast({ tone: "success", title: words.removed(name) });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.removeTitle(name)}
      description={words.removeText}
      action={words.removeAction}
      pending={remove.isPending}
      error={remove.error ? messageOf(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
    />
  );
}
