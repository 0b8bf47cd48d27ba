// An app as Medplum's customers write them: signs a person in, and opens DoseSpot with the unmodified
// hook of @medplum/dosespot-react, for the Patient that `?patient=` names or for none.

import { MedplumClient, normalizeErrorString } from '@medplum/core';
import { useDoseSpotIFrame } from '@medplum/dosespot-react';
import { MedplumProvider, useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const patientId = new URLSearchParams(location.search).get('patient') ?? undefined;

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

function DoseSpot() {
  const [answers, setAnswers] = useState(0);
  const [errors, setErrors] = useState([]);
  const url = useDoseSpotIFrame({
    patientId,
    onIframeSuccess: () => setAnswers((known) => known + 1),
    onError: (error) => setErrors((known) => [...known, normalizeErrorString(error)]),
  });
  return (
    <>
      <p>Answers: {answers}</p>
      {errors.map((error, number) => <p role="alert" key={number}>{error}</p>)}
      {url && <iframe title="DoseSpot" src={url} width="800" height="700" />}
    </>
  );
}

function App() {
  return useMedplumProfile() ? <DoseSpot /> : <SignIn />;
}

const { fhirBaseUrl } = await (await fetch('config.json')).json();
createRoot(document.body).render(
  <StrictMode>
    <MedplumProvider medplum={new MedplumClient({ baseUrl: fhirBaseUrl })}>
      <App />
    </MedplumProvider>
  </StrictMode>,
);
