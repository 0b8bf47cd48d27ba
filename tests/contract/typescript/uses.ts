// What a caller writes, and mistakes that the types have to find.
import type { AdminEnrollInput, Bots, CreatePrescriberInput, PrescriberOutput } from './bots.js';

type Input<B extends keyof Bots> = Bots[B]['input'];
type Output<B extends keyof Bots> = Bots[B]['output'];

declare function execute<B extends keyof Bots>(bot: B, input: Input<B>): Promise<Output<B>>;

const enroll: AdminEnrollInput = {
  practitionerId: 'p-1',
  practitionerRoleTypes: [1],
  medicalLicenseNumbers: [{ LicenseNumber: '036-123456', State: 'IL', ClinicId: 123 }],
  tfaType: 'Mobile',
};

export async function calls(form: CreatePrescriberInput): Promise<string[]> {
  const enrolled = await execute('dosespot-enroll-prescriber-bot', enroll);
  const kind: 'Practitioner' = enrolled.practitioner.resourceType;
  const synced = await execute('dosespot-sync-status-bot', { dryRun: true });
  const before: string | null | undefined = synced.differences[0]?.status.from;
  const own = await execute('dosespot-self-enroll-prescriber-bot', {});
  const status: 'created' | 'already_enrolled' | 'advanced' = own.status;
  const created = await execute('dosespot-create-prescriber-bot', form);
  const missing = created.missing.map((one) => `${one.path}: ${one.sentence}`);
  const page = await execute('dosespot-readiness-bot', { pageSize: 10 });
  const ready = page.prescribers.filter((one: PrescriberOutput) => one.controlled.ready);
  return [kind, before ?? '', status, ...missing, ...ready.map((one) => one.practitioner)];
}

export const npis: CreatePrescriberInput['details']['npi'][] = [1234567893, '1234567893'];

// @ts-expect-error there is no such bot
void execute('dosespot-unknown-bot', {});
// @ts-expect-error practitionerRoleTypes is required
void execute('dosespot-enroll-prescriber-bot', { practitionerId: 'p-1' });
// @ts-expect-error there is no such input
void execute('dosespot-iframe-bot', { patient: 'p-1' });
// @ts-expect-error the action is add or remove
void execute('dosespot-set-supervising-prescriber', { practitionerId: 'a', supervisorPractitionerId: 'b', action: 'keep' });
// @ts-expect-error a string is no number
export const role: AdminEnrollInput = { practitionerId: 'p-1', practitionerRoleTypes: ['1'] };
