// A form that asks the browser for a passkey, and sends what it gives. Its options stand in the form, or at its address.

for (const form of document.querySelectorAll("form[data-heard-passkey]")) {
  const problem = form.querySelector("[data-heard-passkey-problem]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      const given = await passkey(form.dataset.heardPasskey, await options(form));
      form.elements.namedItem("credential").value = JSON.stringify(given);
      form.submit();
    } catch {
      problem.textContent = problem.dataset.text; // wrong finger, no key, or somebody changed their mind
    }
  });
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

// The key stays on the machine and asks for a finger, face or PIN: then it is enough to sign in with.
function passkey(does, asked) {
  if (does === "get") return window.webauthnJSON.get(asked);
  const wanted = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const selection = { ...asked.publicKey.authenticatorSelection, ...wanted };
  return window.webauthnJSON.create({ ...asked, publicKey: { ...asked.publicKey, authenticatorSelection: selection } });
}
