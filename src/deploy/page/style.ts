/** Style of the page; light and dark as the system is. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #8886; --faint: #767676; }
body { margin: 0; font: 17px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
label { display: block; margin: 1.2rem 0 .3rem; }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .55rem .7rem; border: 1px solid var(--line); border-radius: .4rem; }
ul { list-style: none; margin: .3rem 0 0; padding: 0; } ol { margin: 0; padding-left: 2.2rem; }
li { padding: .15rem 0; } li span { color: var(--faint); font-variant-numeric: tabular-nums; margin-left: .6rem; }
button { font: inherit; background: none; color: inherit; border: 1px solid var(--line); border-radius: .4rem; padding: .25rem .7rem; cursor: pointer; text-align: left; }
ul button { width: 100%; border-color: transparent; } ul button:hover, ul button:focus-visible { border-color: var(--line); }
ol button { margin-left: .6rem; padding: 0 .5rem; }
`;
