import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../api.js";
import { ErrorBox } from "../components/parts.js";
import { useStatus } from "../queries.js";

const nameOf = (path: string) => path.split(/[/\\]/).at(-1);

interface SourceProps {
  readonly path: string;
  readonly onChoose: (path: string) => void;
}

/** Drop a file, pick one, name a path, or take the embedded log. */
export function Source({ path, onChoose }: SourceProps) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const uploads = useStatus().data?.uploads;
  // A file that was dropped here is known by its own name, wherever its copy lies.
  const copied = uploads !== undefined && path.startsWith(uploads);
  const [typed, setTyped] = useState(path);
  useEffect(() => setTyped(copied ? "" : path), [path, copied]);
  const upload = useMutation({
    mutationFn: (file: File) => request<{ path: string }>("/data/upload", { body: file, query: { name: file.name } }),
    onSuccess: (found) => onChoose(found.path),
  });
  const take = (file: File | undefined) => {
    if (!file) return;
    // The desktop window knows where a file is: nothing needs to be copied then.
    const known = window.refrainDesktop?.pathOf(file);
    if (known) onChoose(known);
    else upload.mutate(file);
  };
  const pick = async () => {
    const desktop = window.refrainDesktop;
    if (!desktop) return picker.current?.click();
    const picked = await desktop.pickLog();
    if (picked !== null) onChoose(picked);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <>
      <section
        className={over ? "drop over" : "drop"}
        aria-label={t("data.drop")}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileUp size={26} aria-hidden />
        <div className="grow">
          <strong>{upload.isPending ? t("data.uploading") : copied ? nameOf(path) : t("data.drop")}</strong>
          <p className="muted small">{copied && !upload.isPending ? t("data.dropOther") : t("data.formats")}</p>
        </div>
        <input
          ref={picker}
          type="file"
          hidden
          aria-hidden="true"
          tabIndex={-1}
          onChange={(event) => {
            take(event.target.files?.[0]);
            event.target.value = ""; // the same file, corrected meanwhile, is a choice again
          }}
        />
        <button type="button" className="button" onClick={pick}>
          {t("data.pick")}
        </button>
        <button type="button" className="button" onClick={() => onChoose("jkpop")}>
          {t("data.embedded")}
        </button>
      </section>
      <form
        className="path"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== "") onChoose(typed.trim());
        }}
      >
        <input
          className="input"
          aria-label={t("data.path")}
          placeholder={t("data.path")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key.toLowerCase() === "z" && event.stopPropagation()} // undone letter by letter
        />
        <button type="submit" className="button" disabled={typed.trim() === "" || typed === path}>
          {t("data.open")}
        </button>
      </form>
      {upload.error && <ErrorBox error={upload.error} />}
    </>
  );
}
