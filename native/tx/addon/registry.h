#pragma once

#include <memory>

#include "../answer.h"
#include "../backend.h"
#include "values.h"

// The open devices, by the handles that JavaScript has of them. Devices belong to the process, not to a thread: the
// main thread opens them, workers run their queues.
namespace nmgen::addon {

inline const Failure kClosed{"device-closed", "the device is not open", "this is a bug in nmgen"};

// Null: it is not open.
std::shared_ptr<Device> device_of(const Napi::Value& handle);
// Null: the device has no address of its own.
std::shared_ptr<Answerer> answerer_of(const Napi::Value& handle);

uint32_t add_device(std::shared_ptr<Device> device);
void set_answerer(const Napi::Value& handle, std::shared_ptr<Answerer> answerer);
// The device closes when nobody uses it any more.
void remove_device(const Napi::Value& handle);

}  // namespace nmgen::addon
