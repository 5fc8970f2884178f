import { Archive, ArchiveRestore, Pin, PinOff, RotateCcw, Tag, Trash2 } from "lucide-react";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRow } from "../../server/contract.js";
import { type Shelf, tagsOf } from "./shelf.js";

interface ActionProps {
  readonly icon: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Action({ icon: Icon, label, pressed, onClick }: ActionProps) {
  return (
    <button
      type="button"
      className="button quiet tiny"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon size={15} aria-hidden />
    </button>
  );
}

interface RowActionsProps {
  readonly run: RunRow;
  readonly shelf: Shelf;
  readonly onTag: () => void;
}

/** What can be done with one run of the list. */
export function RowActions({ run, shelf, onTag }: RowActionsProps) {
  const { t } = useTranslation();
  const { name, pinned, archived } = run;
  const of = (key: string) => t(`runs.${key}`, { run: name });
  return (
    <span className="row-actions">
      <Action
        icon={pinned ? PinOff : Pin}
        label={of(pinned ? "unpin" : "pin")}
        pressed={pinned}
        onClick={() => void shelf.mark(pinned ? "unpinned" : "pinned", [run], () => ({ pinned: !pinned }))}
      />
      <Action icon={Tag} label={of("tag")} onClick={onTag} />
      <Action
        icon={archived ? ArchiveRestore : Archive}
        label={of(archived ? "unarchive" : "archive")}
        onClick={() => void shelf.mark(archived ? "unarchived" : "archived", [run], () => ({ archived: !archived }))}
      />
      <Action icon={Trash2} label={of("delete")} onClick={() => void shelf.discard([run])} />
    </span>
  );
}

/** What can be done with a deleted run. Removing it for good takes a second click. */
export function TrashActions({ run, shelf }: Omit<RowActionsProps, "onTag">) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  return (
    <span className="row-actions">
      <Action icon={RotateCcw} label={t("runs.restore", { run: run.name })} onClick={() => void shelf.restore([run])} />
      <button
        type="button"
        className="button quiet tiny danger"
        onBlur={() => setSure(false)}
        onClick={() => (sure ? void shelf.erase([run]) : setSure(true))}
      >
        {t(sure ? "runs.eraseSure" : "runs.erase")}
        <span className="visually-hidden">: {run.name}</span>
      </button>
    </span>
  );
}

interface TagFieldProps {
  readonly tags: readonly string[];
  readonly label: string;
  readonly onDone: (tags: readonly string[] | null) => void;
}

/** Tags as text between commas. Enter keeps them, Escape leaves them as they were. */
export function TagField({ tags, label, onDone }: TagFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(tags.join(", "));
  return (
    <form
      className="tag-field"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(tagsOf(text));
      }}
    >
      <input
        className="input"
        // biome-ignore lint/a11y/noAutofocus: it opens where the person asked for it
        autoFocus
        aria-label={label}
        placeholder={t("runs.tagsHint")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onDone(null)}
      />
      <button type="submit" className="button tiny">
        {t("runs.keepTags")}
      </button>
    </form>
  );
}
