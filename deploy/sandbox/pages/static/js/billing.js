/** What prescribers cost, as the billing report says; nothing where the project bills nobody. */

const BOT = "dosespot-billing-report-bot";

export class Billing {
  /** @param {{price: string, currency: string, months: Array<Object>}|null} report */
  constructor(report) {
    this.report = report;
  }

  /** @returns {Promise<Billing>} this month's. */
  static async read(server) {
    return new Billing(await server.execute(BOT, {}).catch(() => null));
  }

  /** @returns {string} what so many prescribers cost in a month; empty where nobody is billed. */
  priceOf(count) {
    return this.report === null ? "" : this.#money(count * Number(this.report.price));
  }

  /**
   * @param {number} clinic DoseSpot's number.
   * @returns {{prescribers: number, cost: string}|null} what this month comes to there.
   */
  monthAt(clinic) {
    const found = this.report?.months.find(({ clinicId }) => clinicId === clinic);
    return found
      ? { prescribers: found.prescribers, cost: this.#money(Number(found.cost)) }
      : null;
  }

  #money(amount) {
    return amount.toLocaleString(undefined, { style: "currency", currency: this.report.currency });
  }
}
