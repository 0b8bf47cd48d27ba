// An app as Medplum's customers write them: signs a person in, and opens DoseSpot with the unmodified
// hook of @medplum/dosespot-react, for the Patient that `?patient=` names or for none.

import { normalizeErrorString } from '@medplum/core';
import { useDoseSpotIFrame } from '@medplum/dosespot-react';
import { useState } from 'react';
import { show } from './signed_in.jsx';

const patientId = new URLSearchParams(location.search).get('patient') ?? undefined;

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

await show(DoseSpot);
