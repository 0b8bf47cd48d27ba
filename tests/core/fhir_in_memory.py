"""A FHIR server in memory behind a `Sender`: versions, If-Match, If-None-Exist, batches."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, unquote

from fhir_profiles import Resource
from shared.errors import BotError
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Call, Reply

BASE = "https://fhir.example/"
FHIR = f"{BASE}fhir/R4/"


class FhirServer:
    """Keeps resources; `denied` are types that the token may neither read nor write, `read_only`
    those that it may not write.

    Attributes:
        asked: method and path of everything that was asked, those in a batch as well.
        before_write: what happens before the next writes are answered, one for each.
        author: reference of who writes what is sent; nobody is told if it is empty.
        now: the clock by which it tells when it stored something; it does not without one.
    """

    def __init__(self, *resources: Resource) -> None:
        self.resources: dict[str, Resource] = {}
        self.versions: dict[str, list[Resource]] = {}
        self.asked: list[str] = []
        self.denied: set[str] = set()
        self.read_only: set[str] = set()
        self.before_write: list[Callable[[], object] | BotError] = []
        self.author = ""
        self.now: Callable[[], datetime] | None = None
        self._lock = RLock()
        for one in resources:
            self.put(one)

    @property
    def client(self) -> FhirClient:
        """A client that never pauses."""
        return FhirClient(self, BASE, GivenToken("token"), lambda _seconds: True)

    def put(self, resource: Resource) -> Resource:
        """Stores the next version of a resource; its own author stays."""
        reference = f"{resource['resourceType']}/{resource['id']}"
        versions = self.versions.setdefault(reference, [])
        meta = {**resource.get("meta", {}), "versionId": str(len(versions) + 1)}
        if self.now:
            meta["lastUpdated"] = self.now().isoformat(timespec="milliseconds")
        stored = {**resource, "meta": meta}
        versions.insert(0, stored)
        self.resources[reference] = stored
        return stored

    def delete(self, reference: str) -> None:
        """Deletes a resource, which its history shows as Medplum's does."""
        del self.resources[reference]
        self.versions[reference].insert(0, {})

    def send(self, call: Call) -> Reply:
        """Answers one call; several at once one after the other."""
        with self._lock:
            return self._answer(call)

    def _answer(self, call: Call) -> Reply:
        path = call.url.removeprefix(FHIR)
        if not path:
            return self._batch(call.json["entry"])
        self.asked.append(f"{call.method} {path}")
        if call.method == "GET":
            return _reply(*self._read(path))
        return _reply(*self._written(path, call.json, call.headers))

    def _batch(self, entries: list[Resource]) -> Reply:
        answers: list[Resource] = []
        for entry in entries:
            asked = entry["request"]
            self.asked.append(f"{asked['method']} {asked['url']}")
            if asked["method"] == "GET":
                status, resource = self._read(asked["url"])
            else:
                conditions = {
                    "If-Match": asked.get("ifMatch", ""),
                    "If-None-Exist": asked.get("ifNoneExist", ""),
                }
                status, resource = self._written(asked["url"], entry["resource"], conditions)
            answers.append({"response": {"status": str(status)}, "resource": resource})
        return _reply(200, {"resourceType": "Bundle", "entry": answers})

    def _written(
        self, path: str, resource: Resource, conditions: Mapping[str, str]
    ) -> tuple[int, Resource | None]:
        if self.before_write:
            planned = self.before_write.pop(0)
            if isinstance(planned, BotError):
                raise planned
            planned()
        if path.partition("/")[0] in self.denied | self.read_only:
            return 403, None
        if "/" in path:
            return self._replace(path, resource, conditions["If-Match"])
        return self._create(path, resource, conditions["If-None-Exist"])

    def _read(self, path: str) -> tuple[int, Resource | None]:
        kind = path.replace("?", "/").partition("/")[0]
        if kind in self.denied:
            return 403, None
        if path.endswith("/_history"):
            return 200, _history(self.versions.get(path.removesuffix("/_history"), []))
        if "?" in path:
            return 200, _bundle(self._found(*path.split("?")))
        found = self.resources.get(path)
        return (200, found) if found else (404, None)

    def _found(self, kind: str, query: str) -> list[Resource]:
        asked = parse_qs(query)
        wanted = set(asked.get("identifier", [""])[0].replace("\\|", "|").split(","))
        profile, project = asked.get("profile", [None])[0], asked.get("project", [None])[0]
        owner = asked.get("owner", [None])[0]
        subject = (asked.get("subject") or asked.get("patient") or [None])[0]
        person, tag = asked.get("practitioner", [None])[0], asked.get("_tag", [""])[0]
        return [
            one
            for one in self.resources.values()
            if one["resourceType"] == kind
            and (profile is None or one["profile"]["reference"] == profile)
            and (project is None or one["project"]["reference"] == project)
            and (owner is None or _whose(one, "owner") == owner)
            and (person is None or _whose(one, "practitioner") == person)
            and (subject is None or subject in (_whose(one, "subject"), _whose(one, "for")))
            and (not tag or tag in _tags(one))
            and ("identifier" not in asked or wanted & _tokens(one))
            and ("code" not in asked or asked["code"][0] in _codes(one))
        ]

    def _replace(self, path: str, resource: Resource, version: str) -> tuple[int, Resource | None]:
        stored = self.resources[path]
        if version != f'W/"{stored["meta"]["versionId"]}"':
            return 412, None
        return 200, self.put(self._by_author(resource))

    def _create(self, kind: str, resource: Resource, query: str) -> tuple[int, Resource | None]:
        assert query.startswith(("identifier=", "code="))
        found = self._found(kind, query)
        if len(found) > 1:
            return 412, None
        if found:
            return 200, found[0]
        created = {**self._by_author(resource), "id": f"new-{len(self.resources)}"}
        return 201, self.put(created)

    def _by_author(self, resource: Resource) -> Resource:
        if not self.author:
            return resource
        return {**resource, "meta": {**resource.get("meta", {}), "author": _to(self.author)}}


def _tokens(resource: Resource) -> set[str]:
    pairs = [(one.get("system", ""), one["value"]) for one in resource.get("identifier", [])]
    named = {f"{system}|{value}" for system, value in pairs}
    return named | {value for _, value in pairs} | {f"{system}|" for system, _ in pairs}


def _whose(resource: Resource, name: str) -> Any:
    return resource.get(name, {}).get("reference")


def _codes(resource: Resource) -> set[str]:
    return {f"{one['system']}|{one['code']}" for one in resource["code"]["coding"]}


def _tags(resource: Resource) -> set[str]:
    return {f"{one['system']}|{one['code']}" for one in resource.get("meta", {}).get("tag", [])}


def _to(reference: str) -> Resource:
    return {"reference": reference}


def _bundle(resources: list[Resource]) -> Resource:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def _history(versions: list[Resource]) -> Resource:
    gone = {"response": {"status": "410"}}
    entry = [{"resource": one} if one else gone for one in versions]
    return {"resourceType": "Bundle", "entry": entry}


def _reply(status: int, body: Any) -> Reply:
    return Reply(status, {}, b"" if body is None else json.dumps(body).encode())


def paths(server: FhirServer) -> list[str]:
    """What was asked, readable."""
    return [unquote(one) for one in server.asked]
