// What a page does to have the widget: it asks its own backend who is signed in,
// and starts the widget with the session token that it gets, or without one.
const sdk = window.plugSDK;
const app = { app_id: document.body.dataset.appId };

function trouble(text) {
  const line = document.getElementById('trouble');
  line.textContent = text;
  line.hidden = false;
}

async function start() {
  if (!sdk) {
    trouble('The widget could not be loaded. Is Kith running?');
    return;
  }
  const answer = await fetch('/session');
  if (!answer.ok) {
    trouble('Kith gave no session token, so the widget does not know who you are.');
  }
  const { session_token } = answer.ok ? await answer.json() : {};
  sdk.init(session_token ? { ...app, session_token } : app);
}

// Whoever sits at the browser next must find nothing of this customer.
async function leave(event) {
  event.preventDefault();
  const form = event.currentTarget;
  try {
    await sdk?.shutdown?.();
  } finally {
    form.submit();
  }
}

for (const button of document.querySelectorAll('[data-ask]')) {
  button.addEventListener('click', () => sdk?.toggleWidget?.(true, 'create_conversation', { startConversationContent: button.dataset.ask }));
}
document.querySelector('[data-sign-out]')?.addEventListener('submit', leave);
start().catch((error) => trouble(`The widget could not be started: ${error.message}`));
