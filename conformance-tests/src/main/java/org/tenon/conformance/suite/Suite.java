package org.tenon.conformance.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tenon.api.backend.BackendProvider;
import org.tenon.api.backend.Device;
import org.tenon.conformance.cases.Case;
import org.tenon.conformance.cases.CaseSource;
import org.tenon.conformance.cases.Catalogue;
import org.tenon.conformance.law.Laws;
import org.tenon.conformance.life.Lives;
import org.tenon.conformance.onnx.OnnxCases;
import org.tenon.conformance.trial.Candidate;
import org.tenon.conformance.trial.Judge;
import org.tenon.conformance.trial.KernelTrial;
import org.tenon.conformance.trial.OpenedTrial;

/**
 * What is run against a backend.
 *
 * @param provider the backend's provider
 * @param device the id of the device; nothing for the first
 * @param profile what the backend must be able to do
 * @param judge knows what must come out
 * @param more cases beside Tenon's own
 * @param known failures that are known
 */
public record Suite(
        BackendProvider provider,
        Optional<String> device,
        Profile profile,
        Judge judge,
        List<CaseSource> more,
        List<KnownFailure> known) {
    /**
     * Copies the lists.
     *
     * @param provider the backend's provider
     * @param device the id of the device
     * @param profile what the backend must be able to do
     * @param judge knows what must come out
     * @param more cases beside Tenon's own
     * @param known failures that are known
     */
    public Suite {
        judge = new Judge(OnnxCases.with(judge.oracles()), judge.precision());
        more = List.copyOf(more);
        known = List.copyOf(known);
    }

    /**
     * All runs, in order: each case on the backend's kernel, then opened up where it can be; those that ONNX publishes among them; then the laws, and what
     * must hold in a backend's life.
     *
     * @param selection which of them
     * @return the runs, at least one
     * @throws UnknownName when no run is left
     */
    public List<Run> runs(Selection selection) {
        List<Run> runs = new ArrayList<>();
        List<CaseSource> sources = new ArrayList<>(more);
        sources.add(new OnnxCases());
        for (Case each : Catalogue.cases(sources)) {
            runs.add(new Run.OfCase(each, new KernelTrial()));
            if (OpenedTrial.applies(each.op())) {
                runs.add(new Run.OfCase(each, new OpenedTrial()));
            }
        }
        Stream.concat(Laws.all().stream(), Lives.all().stream()).forEach(check -> runs.add(new Run.OfCheck(check)));
        List<Run> selected = runs.stream().filter(selection::takes).toList();
        if (selected.isEmpty()) {
            throw selection.nothingAmong(runs);
        }
        return selected;
    }

    /** {@return the backend, for those who open it themselves} */
    public Candidate candidate() {
        return new Candidate(provider, chosen(), judge.precision());
    }

    /**
     * The device.
     *
     * @return the one asked for, or the first
     * @throws UnknownName when it isn't there
     */
    public Device chosen() {
        List<Device> devices = provider.devices();
        return devices.stream()
                .filter(each -> device.isEmpty() || device.get().equals(each.id()))
                .findFirst()
                .orElseThrow(() -> new UnknownName(
                        "device",
                        device.orElse("0"),
                        devices.stream().map(Device::id).toList()));
    }
}
