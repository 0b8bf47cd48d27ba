// The other hooks of @medplum/dosespot-react, unmodified: counts, favorites, and the pharmacies of the
// Patient that `?patient=` names.

import { normalizeErrorString } from '@medplum/core';
import {
  DOSESPOT_CLINIC_FAVORITE_ID_SYSTEM,
  getPreferredPharmaciesFromPatient,
  useDoseSpotClinicFormulary,
  useDoseSpotNotifications,
  useDoseSpotPatientPharmacy,
  useDoseSpotPharmacySearch,
} from '@medplum/dosespot-react';
import { useMedplum } from '@medplum/react-hooks';
import { useState } from 'react';
import { show } from './signed_in.jsx';

const patientId = new URLSearchParams(location.search).get('patient');

function Counts({ onError }) {
  const waiting = useDoseSpotNotifications({ refreshIntervalMilliseconds: 200, onError });
  return <p>Waiting: {waiting ?? 'unknown'}</p>;
}

function Favorites({ tell }) {
  const medplum = useMedplum();
  const formulary = useDoseSpotClinicFormulary();
  const [found, setFound] = useState([]);
  const [saved, setSaved] = useState();
  const [listed, setListed] = useState([]);

  async function save() {
    setSaved(await formulary.saveFavoriteMedication());
    const query = `code=${encodeURIComponent(`${DOSESPOT_CLINIC_FAVORITE_ID_SYSTEM}|`)}`;
    setListed(await medplum.searchResources('MedicationKnowledge', query, { cache: 'reload' }));
  }

  return (
    <section aria-label="Favorites">
      <label>Drug <input onChange={(e) => tell(formulary.searchMedications(e.target.value).then(setFound))} /></label>
      {found.map((drug) => (
        <button key={drug.text} onClick={() => formulary.setSelectedMedication(drug)}>{drug.text}</button>
      ))}
      <label>Directions <input onChange={(e) => formulary.setSelectedMedicationDirections(e.target.value)} /></label>
      <button onClick={() => tell(save())}>Save favorite</button>
      <p>Saved: {saved?.code.text}</p>
      <ul>
        {listed.map((one) => (
          <li key={one.id}>{one.administrationGuidelines[0].dosage[0].dosage[0].patientInstruction}</li>
        ))}
      </ul>
    </section>
  );
}

function Pharmacies({ tell }) {
  const medplum = useMedplum();
  const chooser = useDoseSpotPatientPharmacy();
  const { searchPharmacies, addToFavorites } = useDoseSpotPharmacySearch();
  const [found, setFound] = useState([]);
  const [said, setSaid] = useState('');
  const [preferred, setPreferred] = useState([]);

  async function after(response) {
    setSaid(response.message);
    const patient = await medplum.readResource('Patient', patientId, { cache: 'reload' });
    setPreferred(getPreferredPharmaciesFromPatient(patient));
  }

  const add = (pharmacy) => addToFavorites({ patientId, pharmacy, setAsPrimary: false });
  return (
    <section aria-label="Pharmacies">
      <label>Store <input onChange={(e) => tell(searchPharmacies({ name: e.target.value }).then(setFound))} /></label>
      <button onClick={() => tell(chooser.searchPharmacies({ state: 'IL', specialty: [64] }).then(setFound))}>
        Open all night
      </button>
      {found.map((one) => (
        <article key={one.identifier[0].value} aria-label={one.name}>
          <p>{one.address[0].line[0]}, {one.telecom.find((t) => t.system === 'phone').value}</p>
          <button onClick={() => chooser.setSelectedPharmacy(one)}>Choose</button>
          <button onClick={() => tell(add(one).then(after))}>Add</button>
        </article>
      ))}
      <button onClick={() => chooser.setAsPrimary(true)}>Primary</button>
      <button onClick={() => tell(chooser.addFavoritePharmacy(patientId).then(after))}>Save pharmacy</button>
      <p>Answer: {said}</p>
      <p>Preferred: {preferred.map((one) => (one.isPrimary ? 'primary' : 'preferred')).join(', ')}</p>
    </section>
  );
}

function Choices() {
  const [errors, setErrors] = useState([]);
  const note = (error) => setErrors((known) => [...known, normalizeErrorString(error)]);
  const tell = (promise) => promise.catch(note);
  return (
    <>
      {errors.map((error, number) => <p role="alert" key={number}>{error}</p>)}
      <Counts onError={note} />
      <Favorites tell={tell} />
      <Pharmacies tell={tell} />
    </>
  );
}

await show(Choices);
