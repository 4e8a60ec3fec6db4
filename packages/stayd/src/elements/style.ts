/** Follows the page's `color-scheme`, writing direction and font size. Every pair of text and ground is at least 4.5:1. */
const CSS = `
:host{--g:var(--stayd-ground,light-dark(#fffefb,#1d2420));--i:var(--stayd-ink,light-dark(#1a201d,#e9ede9));--q:var(--stayd-quiet,light-dark(#59625d,#a5afa9));
--l:var(--stayd-line,light-dark(#8b928c,#75817a));--a:var(--stayd-accent,light-dark(#0b6b4d,#63d3a8));--o:var(--stayd-on-accent,light-dark(#fff,#04251a));
--b:var(--stayd-bad,light-dark(#a12b17,#ffab9c));--r:var(--stayd-radius,.5rem);display:block;color:var(--i);
font:var(--stayd-font,400 1rem/1.5 system-ui,sans-serif);text-align:start}
@supports not (color:light-dark(#000,#fff)){:host{--g:var(--stayd-ground,#fffefb);--i:var(--stayd-ink,#1a201d);--q:var(--stayd-quiet,#59625d);
--l:var(--stayd-line,#8b928c);--a:var(--stayd-accent,#0b6b4d);--o:var(--stayd-on-accent,#fff);--b:var(--stayd-bad,#a12b17)}}
:host([hidden]){display:none}
*{box-sizing:border-box}
p,ul{margin:0;padding:0;list-style:none;overflow-wrap:anywhere}
p:empty,.acts:empty{display:none}
p,.quiet{unicode-bidi:plaintext;text-align:-webkit-match-parent;text-align:match-parent}
section{background:var(--g);border:1px solid var(--l);border-radius:var(--r);padding:.75rem 1rem;display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem}
section>p{flex:1 1 14rem}
.strip{position:sticky;inset-block-start:0;z-index:var(--stayd-layer,1000);border-radius:0;border-width:0 0 1px;border-block-start:.25rem solid var(--a)}
.card{position:fixed;inset-block-end:1rem;inset-inline-end:1rem;z-index:var(--stayd-layer,1000);inline-size:min(24rem,100vw - 2rem);
border-block-start:.25rem solid var(--a);box-shadow:0 .25rem 1.5rem rgb(0 0 0/.2)}
.acts,form{display:flex;flex-wrap:wrap;gap:.5rem}
form{flex-basis:100%;align-items:end}
label{flex:1 1 12rem;font-size:.875em}
input{display:block;inline-size:100%;margin-block-start:.25rem;padding:.5rem;background:var(--g)}
input,button{font:inherit;color:inherit;min-block-size:2.75rem;border:1px solid var(--l);border-radius:var(--r)}
button{padding:.25rem 1rem;background:none;cursor:pointer}
button.main{background:var(--a);color:var(--o);border-color:var(--a);font-weight:600}
button[aria-disabled=true]{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
.bad{color:var(--b);flex-basis:100%}
.quiet{color:var(--q);font-size:.875em;display:block}
ul{display:grid;gap:.5rem;flex-basis:100%}
li{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1rem;padding-block:.5rem}
li+li{border-block-start:1px solid var(--l)}
li>div{flex:1 1 12rem}
.badge{border:1px solid var(--a);color:var(--a);border-radius:1rem;padding-inline:.5rem;font-size:.8125em;margin-inline-start:.5rem;white-space:nowrap}
@media(prefers-reduced-motion:no-preference){.strip,.card{animation:in .2s ease-out}@keyframes in{from{opacity:0;translate:0 .5rem}}}`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all elements; constructed, so that no `style-src` of a page stands against it. */
export function stylesheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
