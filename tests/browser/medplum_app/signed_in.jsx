// What both pages of the app have in common: a person signs in, and sees the page then.

import { MedplumClient } from '@medplum/core';
import { MedplumProvider, useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

function SignIn() {
  const medplum = useMedplum();

  async function signIn(form) {
    const login = await medplum.startLogin({ email: form.get('email'), password: form.get('password') });
    await medplum.processCode(login.code);
  }

  return (
    <form action={signIn}>
      <label>E-mail <input name="email" /></label>
      <label>Password <input name="password" type="password" /></label>
      <button>Sign in</button>
    </form>
  );
}

export async function show(Page) {
  const { fhirBaseUrl } = await (await fetch('config.json')).json();
  const App = () => (useMedplumProfile() ? <Page /> : <SignIn />);
  createRoot(document.body).render(
    <StrictMode>
      <MedplumProvider medplum={new MedplumClient({ baseUrl: fhirBaseUrl })}>
        <App />
      </MedplumProvider>
    </StrictMode>,
  );
}
