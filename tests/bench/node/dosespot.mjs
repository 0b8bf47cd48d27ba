// DoseSpot as a plain bot calls it; its token is kept between runs, as a warm Lambda function may.

const tokens = new Map();

export class DoseSpot {
  constructor(secrets) {
    this.baseUrl = secrets.DOSESPOT_BASE_URL.valueString;
    this.clinicId = secrets.DOSESPOT_CLINIC_ID.valueString;
    this.clinicKey = secrets.DOSESPOT_CLINIC_KEY.valueString;
    this.subscriptionKey = secrets.DOSESPOT_SUBSCRIPTION_KEY.valueString;
    this.userId = secrets.DOSESPOT_USER_ID.valueString;
  }

  async ok(method, path, body) {
    const answer = await this.call(method, path, body);
    if (answer.Result.ResultCode !== 'OK') {
      throw new Error(`DoseSpot refused ${method} ${path}`);
    }
    return answer;
  }

  async call(method, path, body) {
    const answer = await fetch(this.baseUrl + path, {
      method,
      headers: {
        Authorization: `Bearer ${await this.token()}`,
        'Subscription-Key': this.subscriptionKey,
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`DoseSpot answered ${answer.status}`);
    }
    return answer.json();
  }

  async token() {
    const kept = tokens.get(this.userId);
    if (kept?.until > Date.now()) {
      return kept.value;
    }
    const answer = await fetch(`${this.baseUrl}connect/token`, {
      method: 'POST',
      headers: { 'Subscription-Key': this.subscriptionKey },
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: this.clinicId,
        client_secret: this.clinicKey,
        username: this.userId,
        password: this.clinicKey,
        scope: 'api',
      }),
    });
    const issued = await answer.json();
    const until = Date.now() + (issued.expires_in - 30) * 1000;
    tokens.set(this.userId, { value: issued.access_token, until });
    return issued.access_token;
  }
}
