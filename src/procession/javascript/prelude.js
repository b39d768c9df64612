// What every script finds: its variables as globals, `execution`, and no clock or chance.
//
// It is evaluated once; the memory after it is kept, and each run begins from a copy. `procession`
// is the one entry: it takes a JSON text, takes itself away, and answers a JSON text. What is used
// after the script has run was put into constants before, so a script cannot bend it by accident.
//
// Values travel as JSON. A list is ["l", …], a moment ["d", milliseconds], a large whole number
// ["n", digits]; an object stands for itself, so nothing in it can be mistaken for these.
globalThis.procession = (() => {
  "use strict";
  const DEPTH_MAX = 32;
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { isFinite } = Number;
  const { create, defineProperty, keys } = Object;
  // Where a name cannot be declared, such as NaN, `declare` only says so.
  const { apply, defineProperty: declare } = Reflect;
  const { getTime } = Date.prototype;
  const Moment = Date;
  const Pending = Promise;
  const Mapping = Map;
  const Collection = Set;
  const { forEach } = Map.prototype;
  const { forEach: forEachItem } = Set.prototype;
  const Complaint = Error;
  const text = String;
  const evaluate = eval;

  const complain = (message) => {
    throw new Complaint(message);
  };

  // -- values in and out -------------------------------------------------------------------------

  const decode = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (isArray(value)) {
      if (value[0] === "d") return new Moment(value[1]);
      if (value[0] === "n") return BigInt(value[1]);
      const list = [];
      for (let at = 1; at < value.length; at++) list[at - 1] = decode(value[at]);
      return list;
    }
    const row = {};
    for (const key of keys(value)) put(row, key, decode(value[key]));
    return row;
  };

  // Not by assignment: a key may be __proto__.
  const put = (row, key, value) =>
    defineProperty(row, key, { value, configurable: true, enumerable: true, writable: true });

  const encode = (value, place, depth) => {
    if (value === undefined || value === null) return null;
    switch (typeof value) {
      case "boolean":
      case "string":
        return value;
      case "number":
        if (!isFinite(value)) complain(`${place}: ${value} is not a number that can be kept`);
        return value === 0 ? 0 : value;
      case "bigint":
        return ["n", text(value)];
      case "object":
        return encodeObject(value, place, depth);
      default:
        return complain(`${place}: a ${typeof value} is no value that can be kept`);
    }
  };

  const encodeObject = (value, place, depth) => {
    if (depth >= DEPTH_MAX) complain(`${place}: nested more than ${DEPTH_MAX} deep`);
    if (value instanceof Moment) {
      const time = apply(getTime, value, []);
      if (time !== time) complain(`${place}: the date is not a valid one`);
      return ["d", time];
    }
    if (value instanceof Pending) {
      complain(`${place}: a promise is no value; a script does not wait`);
    }
    const inner = typeof value.valueOf === "function" ? value.valueOf() : value;
    if (inner === null || typeof inner !== "object") return encode(inner, place, depth);
    if (value instanceof Collection) return encodeList(itemsOf(value), place, depth);
    return isArray(value) ? encodeList(value, place, depth) : encodeRow(value, place, depth);
  };

  const itemsOf = (set) => {
    const items = [];
    apply(forEachItem, set, [(item) => put(items, items.length, item)]);
    return items;
  };

  const encodeList = (value, place, depth) => {
    const list = ["l"];
    for (let at = 0; at < value.length; at++) {
      list[at + 1] = encode(value[at], `${place}[${at}]`, depth + 1);
    }
    return list;
  };

  const encodeRow = (value, place, depth) => {
    const row = create(null);
    const add = (key, entry) => {
      row[key] = encode(entry, `${place}.${key}`, depth + 1);
    };
    if (value instanceof Mapping) {
      apply(forEach, value, [(entry, key) => add(text(key), entry)]);
      return row;
    }
    for (const key of keys(value)) if (typeof value[key] !== "function") add(key, value[key]);
    return row;
  };

  // -- the script's surroundings -----------------------------------------------------------------

  const hide = (name, get) =>
    defineProperty(globalThis, name, {
      configurable: true,
      get,
      // A script may have a variable of that name.
      set: (value) => put(globalThis, name, value),
    });

  const refuse = (name, hint) => hide(name, () => complain(`${name} is not offered; ${hint}`));

  const NO_CLOCK = "the time of the run is not known to a script; give it as a variable";
  const withoutClock = function Date(...given) {
    if (!new.target || given.length === 0) {
      complain(`Date without a moment is not offered; ${NO_CLOCK}`);
    }
    return Reflect.construct(Moment, given, new.target);
  };
  withoutClock.prototype = Moment.prototype;
  put(Moment.prototype, "constructor", withoutClock);
  put(withoutClock, "UTC", Moment.UTC);
  put(withoutClock, "parse", Moment.parse);
  put(withoutClock, "now", () => complain(`Date.now() is not offered; ${NO_CLOCK}`));
  put(globalThis, "Date", withoutClock);
  put(Math, "random", () =>
    complain("Math.random() is not offered; the same values give the same result"),
  );

  const nothing = () => undefined;
  put(globalThis, "print", nothing);
  put(globalThis, "console", {});
  for (const name of ["debug", "error", "info", "log", "warn"]) put(console, name, nothing);
  for (const name of ["performance", "WeakRef", "FinalizationRegistry", "SharedArrayBuffer"]) {
    delete globalThis[name];
  }
  const ofJava = ["Java", "java", "javax", "Packages", "JavaImporter", "importClass"];
  for (const name of ofJava) {
    refuse(name, "there is no Java here; use what JavaScript has, or a handler");
  }
  for (const name of ["S", "XML", "connector", "load"]) {
    refuse(name, "an object is read directly, and work outside belongs in a service task");
  }

  // -- one run -----------------------------------------------------------------------------------

  const makeExecution = (cells) => {
    const setVariable = (name, value) => {
      name = text(name);
      const cell = cells[name] ?? makeCell(cells, name, null);
      cell.assigned = true;
      cell.value = value;
    };
    const getVariable = (name) => cells[text(name)]?.value ?? null;
    const hasVariable = (name) => getVariable(name) !== null;
    const getVariables = () => {
      const all = {};
      for (const name of keys(cells)) put(all, name, cells[name].value);
      return all;
    };
    const setVariables = (values) => {
      for (const name of keys(values)) setVariable(name, values[name]);
    };
    const offered = create(null);
    Object.assign(offered, { getVariable, hasVariable, setVariable, getVariables, setVariables });
    Object.assign(offered, { getVariableLocal: getVariable, hasVariableLocal: hasVariable });
    const refused = (name) =>
      complain(`execution.${text(name)} is not offered; give it as a variable, or use a handler`);
    return new Proxy(offered, {
      get: (_, name) => (typeof name === "symbol" ? undefined : (offered[name] ?? refused(name))),
      set: (_, name) => refused(name),
    });
  };

  // A variable, which is a global as well. `before` tells whether it is changed in place.
  const makeCell = (cells, name, value) => {
    const mutable = value !== null && typeof value === "object";
    const before = mutable ? stringify(encode(value, name, 0)) : undefined;
    const cell = { value, before, assigned: false };
    cells[name] = cell;
    declare(globalThis, name, {
      configurable: true,
      enumerable: true,
      get: () => cell.value,
      set: (given) => {
        cell.value = given;
        cell.assigned = true;
      },
    });
    return cell;
  };

  const makeCells = (values) => {
    const cells = create(null);
    for (const name of keys(values)) makeCell(cells, name, decode(values[name]));
    return cells;
  };

  // What was assigned, and what was changed in place.
  const assigned = (cells) => {
    const found = create(null);
    for (const name of keys(cells)) {
      const { value, before, assigned } = cells[name];
      if (!assigned && before === undefined) continue;
      const now = encode(value, name, 0);
      if (assigned || stringify(now) !== before) found[name] = now;
    }
    return found;
  };

  // The value of the last expression, if it is one that can be kept.
  const own = (value) => {
    if (value === undefined) return [];
    try {
      return [encode(value, "the script", 0)];
    } catch {
      return [];
    }
  };

  const failure = (error) => {
    const known = typeof error === "object" && error !== null;
    const named = known && error.message !== undefined;
    const failed = named ? `${error.name}: ${error.message}` : text(error);
    return stringify({ failed, place: known ? text(error.stack) : "" });
  };

  return (request) => {
    delete globalThis.procession;
    const { source, values, check } = parse(request);
    try {
      if (check) return stringify({ checked: checked(source) });
      const cells = makeCells(values);
      put(globalThis, "execution", makeExecution(cells));
      const value = evaluate(source);
      return stringify({ assigned: assigned(cells), own: own(value) });
    } catch (error) {
      return failure(error);
    }
  };

  // Reads the script without running it: what is thrown first is either this or a SyntaxError.
  function checked(source) {
    const read = {};
    globalThis.procession = read;
    try {
      evaluate(`throw procession;\n${source}`);
    } catch (error) {
      if (error !== read) throw error;
    }
    return true;
  }
})();
