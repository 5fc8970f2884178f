import { html } from "hono/html";

/** As much of an OpenAPI document as the page shows. */
interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}
interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: unknown }>> }>
  >;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2129;background:#fff}
h2{margin-top:2.5rem;font-size:1.1rem}code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f5f7;padding:.75rem;overflow:auto;border-radius:6px}
table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}a{color:#0a58ca}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#16181c}pre{background:#23262c}a{color:#7db0ff}}`;

/** An OpenAPI document as a page without scripts: nothing has to be loaded from elsewhere, and nothing can run. */
export function docsPage(document: object): string {
  const { info, paths = {}, components } = document as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  );
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${info.title}</title><style>${STYLE}</style></head><body>
<h1>${info.title} ${info.version}</h1>
<p>The same as a document for programs: <a href="/openapi.json">openapi.json</a>. Where the server has a token, requests carry
<code>Authorization: Bearer …</code>.</p>
${operations.map(
  ({ path, method, operation }) => html`<h2><code>${method.toUpperCase()} ${path}</code></h2>
<p>${operation.summary ?? ""}</p>
${
  operation.parameters?.length
    ? html`<table>${operation.parameters.map(
        ({ name, in: place, description, schema }) =>
          html`<tr><td><code>${name}</code></td><td>${place}</td><td>${description ?? ""} <code>${JSON.stringify(schema)}</code></td></tr>`,
      )}</table>`
    : ""
}
${schemaOf("Takes", operation.requestBody?.content)}
${schemaOf("Gives", operation.responses?.["200"]?.content)}`,
)}
<h2>Schemas</h2>
<pre>${JSON.stringify(components?.schemas ?? {}, null, 2)}</pre>
</body></html>`);
}

function schemaOf(word: string, content: Readonly<Record<string, { readonly schema?: unknown }>> | undefined) {
  const schema = content?.["application/json"]?.schema as { $ref?: string } | undefined;
  if (!schema) return "";
  const text = schema.$ref ? schema.$ref.split("/").at(-1) : JSON.stringify(schema);
  return html`<p>${word}: <code>${text}</code></p>`;
}
