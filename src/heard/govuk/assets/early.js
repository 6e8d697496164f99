// Runs before the page is drawn, so that what needs scripts never flashes up in its other state.
// A file of its own because the content security policy allows no inline script.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
